/* SPDX-License-Identifier: Apache-2.0 */
/* isolation_check.c - who may reach the pods: CHECK and GC */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/nft_verify.h"
#include "isolation_table.h"
#include "nft_gc.h"

static int check_pod(struct cni_nft *nft, const struct cni_owner *owner,
		     const struct cni_addr *addr,
		     const struct cni_isolation_spec *spec,
		     struct cni_error *reterr)
{
	struct cni_nft_set sets[] = { isolation_pods(spec->level, addr->family),
				      isolation_home(addr->family) };
	uint8_t keys[2][CNI_NFT_KEY_MAX];
	char text[CNI_ADDR_STRLEN];

	isolation_pod_key(keys[0], addr);
	isolation_home_key(keys[1], addr, spec->bridge);
	for (size_t i = 0; i < 2; i++) {
		struct cni_nft_element element = { 0 };
		int ret = cni_nft_get_element(nft, &sets[i], keys[i], &element,
					      reterr);

		if (ret < 0)
			return ret;
		if (ret > 0 && cni_owner_matches(owner, element.comment))
			continue;
		return cni_error_set(
			reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			"isolation: set \"%s\" of nf_tables table \"inet %s\" "
			"does not have \"%s\"%s",
			sets[i].name, isolation_table.name,
			cni_addr_format(addr, text),
			ret ? " for this attachment" : "");
	}
	return 0;
}

int cni_isolation_check(struct cni_nft *nft, const struct cni_owner *owner,
			const struct cni_isolation_spec *spec,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	int ret = 0;

	cni_nft_batch_init(&batch, 0);
	if (spec->level == CNI_ISOLATION_NONE || spec->address_count == 0)
		return 0;
	for (size_t i = 0; i < spec->address_count && ret == 0; i++)
		ret = check_pod(nft, owner, &spec->addresses[i].addr, spec,
				reterr);
	if (ret < 0)
		return ret;
	isolation_base_put(&batch);
	ret = cni_nft_verify(nft, &batch, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "isolation") : 0;
}

static int gc_once(struct cni_nft *nft, const struct nft_gc_scope *scope,
		   struct cni_error *reterr)
{
	struct cni_nft_set sets[] = {
		isolation_pods(CNI_ISOLATION_BRIDGE, AF_INET),
		isolation_pods(CNI_ISOLATION_BRIDGE, AF_INET6),
		isolation_pods(CNI_ISOLATION_STRICT, AF_INET),
		isolation_pods(CNI_ISOLATION_STRICT, AF_INET6),
		isolation_home(AF_INET),
		isolation_home(AF_INET6),
		nft_index_set(&isolation_table, AF_INET),
		nft_index_set(&isolation_table, AF_INET6),
		isolation_bridges(),
	};
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	uint32_t generation = 0;
	bool more = false;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]) && ret == 0;
	     i++) {
		CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };

		ret = nft_dead_find(nft, &sets[i], scope, &dead, reterr);
		nft_dead_remove(&batch, &sets[i], &dead);
		more = more || dead.more;
	}
	if (ret == 0)
		ret = cni_nft_batch_send(nft, &batch, reterr);
	return ret < 0 ? ret : more;
}

int cni_isolation_gc(struct cni_nft *nft, const char *network,
		     const struct cni_owner *valid, size_t count,
		     struct cni_error *reterr)
{
	int ret;

	if (!nft)
		return 0;
	ret = nft_gc_run(nft, network, valid, count, gc_once, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "isolation") : 0;
}
