/* SPDX-License-Identifier: Apache-2.0 */
/* nft_state.c - is the table there, and whole? */
#include <errno.h>

#include "cni/nft_verify.h"

#include "nft_table.h"

static int look_at_all(struct cni_nft *nft, enum portmap_table_state *ret_state,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	struct cni_error err = { 0 };
	int ret;

	cni_nft_batch_init(&batch, 0);
	portmap_put_table(&batch, PORTMAP_TABLE_COMPARE);
	ret = cni_nft_verify(nft, &batch, &err);
	if (ret == -ENOENT)
		*ret_state = PORTMAP_TABLE_DAMAGED;
	else if (ret < 0 && reterr)
		*reterr = err;
	return ret == -ENOENT ? 0 : ret;
}

/*
 * One chain tells that there is a table, and that its rules were not flushed:
 * nft's "flush table" takes all rules and leaves the elements.
 */
int portmap_table_look(struct cni_nft *nft, bool thorough,
		       enum portmap_table_state *ret_state,
		       struct cni_error *reterr)
{
	struct cni_nft_chain_info chain = { .use = 0 };
	int ret;

	*ret_state = PORTMAP_TABLE_WHOLE;
	ret = cni_nft_get_chain(nft, &portmap_table, "prerouting", &chain,
				reterr);
	if (ret < 0)
		return ret;
	if (chain.use)
		return thorough ? look_at_all(nft, ret_state, reterr) : 0;
	ret = ret > 0 ? ret : cni_nft_has_table(nft, &portmap_table, reterr);
	*ret_state = ret > 0 ? PORTMAP_TABLE_DAMAGED : PORTMAP_TABLE_ABSENT;
	return ret < 0 ? ret : 0;
}
