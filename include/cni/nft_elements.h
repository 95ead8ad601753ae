/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_elements.h - many elements at once, and elements that vanish
 *
 * DOC: Theory of Operation
 *
 * Deleting an element makes the kernel wait for an RCU grace period before the
 * socket can be closed (8-15 ms), and everybody else who wants to change the
 * ruleset waits, too.  An element of an expiring set need not be deleted:
 *adding it once more with the shortest lifetime there is lets the kernel drop
 *it at its next timer tick, and nobody waits for anything.
 *
 *	element.lifetime_ms = cni_nft_shortest_ms();
 *	cni_nft_add_element(&batch, &set, &element, false);
 *	...
 *	ret = cni_nft_vanish(nft, &set, element.key, reterr);
 *	if (ret == -EOPNOTSUPP)
 *		delete it;
 *
 * Linux does this since 6.12; before, the element stays as it was.
 *
 * Source: net/netfilter/nf_tables_api.c, nft_add_set_elem() and
 * nft_trans_elem_update().
 */
#ifndef CNI_NFT_ELEMENTS_H
#define CNI_NFT_ELEMENTS_H

#include "cni/nft_set.h"

/**
 * cni_nft_get_elements() - look several elements up, with few requests
 * @nft: open handle
 * @set: of which set
 * @keys: @count keys of @set->key_len bytes each, one after the other
 * @count: how many
 * @cb: gets each element that is there, in the order of @keys
 * @data: handed to @cb
 * @reterr: code 999
 *
 * A key that is not there costs a request of its own.
 *
 * Return: 0, also when the set or the table is missing; what @cb returned;
 * another negative errno.
 */
int cni_nft_get_elements(struct cni_nft *nft, const struct cni_nft_set *set,
			 const uint8_t *keys, size_t count,
			 cni_nft_element_cb cb, void *data,
			 struct cni_error *reterr);

/**
 * cni_nft_find_element() - is there any element like this?
 * @set: of which set, in the current network namespace
 * @cb: returns a positive number for the right one
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Reads no further than to the first that is right, on a socket of its own.
 *
 * Return: 1 when @cb found one; 0; what @cb returned when negative; another
 * negative errno.
 */
int cni_nft_find_element(const struct cni_nft_set *set, cni_nft_element_cb cb,
			 void *data, struct cni_error *reterr);

/**
 * cni_nft_shortest_ms() - the shortest lifetime an element can have
 *
 * Return: one tick of the kernel's timer in milliseconds, rounded up.
 */
uint64_t cni_nft_shortest_ms(void);

/**
 * cni_nft_stays() - did the kernel not change an element's lifetime?
 * @nft: open handle
 * @set: of which set
 * @key: of an element whose lifetime was set to cni_nft_shortest_ms()
 * @reterr: code 999
 *
 * For those who need not wait.
 *
 * Return: 1 it is there to stay; 0 it is gone or will be; a negative errno.
 */
int cni_nft_stays(struct cni_nft *nft, const struct cni_nft_set *set,
		  const uint8_t *key, struct cni_error *reterr);

/**
 * cni_nft_vanish() - wait until an element is gone
 * @nft: open handle
 * @set: of which set
 * @key: of an element whose lifetime was set to cni_nft_shortest_ms()
 * @reterr: code 999
 *
 * Return: 0 it is gone; -EOPNOTSUPP it is there to stay, because the kernel
 * did not change its lifetime; another negative errno.
 */
int cni_nft_vanish(struct cni_nft *nft, const struct cni_nft_set *set,
		   const uint8_t *key, struct cni_error *reterr);

#endif /* CNI_NFT_ELEMENTS_H */
