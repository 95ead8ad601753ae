/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isolation_table.h - the isolation table of nf_tables
 *
 *	table inet cni_isolation {
 *	  map owners4, owners6: addresses of each attachment (nft_index.h)
 *	  map bridges { type ipv6_addr : ifname }: bridge of each attachment
 *	  set home4 { type ipv4_addr . ifname }: pod and its own bridge
 *	  set bridge4, strict4 { type ipv4_addr }: pods isolated so
 *	  chain forward }
 *
 * Plain sets, because adding to a map of verdicts costs more the more elements
 * it has (masquerade_nft.h).
 */
#ifndef CNI_ISOLATION_TABLE_H
#define CNI_ISOLATION_TABLE_H

#include "cni/isolation.h"
#include "cni/nft_set.h"
#include "cni/owner.h"

#define ISOLATION_NAME_SIZE 16 /* IFNAMSIZ */

extern const struct cni_nft_table isolation_table;

/** isolation_pods() - the addresses isolated so */
struct cni_nft_set isolation_pods(enum cni_isolation_level level, int family);

/** isolation_home() / _bridges() - the other set and map */
struct cni_nft_set isolation_home(int family);
struct cni_nft_set isolation_bridges(void);

/** isolation_base_put() - add all of the table that is not per attachment */
void isolation_base_put(struct cni_nft_batch *batch);

/**
 * isolation_base_add() - add what is missing of it, repair what is damaged
 * @nft: open handle
 * @batch: gets the additions
 * @all_sets: add also sets that should be there, in case somebody deleted them
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int isolation_base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		       bool all_sets, struct cni_error *reterr);

/** isolation_pod_key() - key of isolation_pods() */
void isolation_pod_key(uint8_t ret_key[static CNI_NFT_KEY_MAX],
		       const struct cni_addr *addr);

/** isolation_home_key() - key of isolation_home() */
void isolation_home_key(uint8_t ret_key[static CNI_NFT_KEY_MAX],
			const struct cni_addr *addr, const char *bridge);

#endif /* CNI_ISOLATION_TABLE_H */
