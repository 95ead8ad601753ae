/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - the STATUS verb of the portmap plugin */
#include <errno.h>
#include <sys/socket.h>

#include "conf.h"
#include "nft_backend.h"
#include "verbs.h"

static int not_available(struct cni_error *reterr, int ret,
			 const struct cni_error *err)
{
	cni_error_set(reterr, CNI_CODE_NOT_AVAILABLE, -ret, "%s", err->msg);
	cni_error_details(reterr, "%s", err->details);
	return ret;
}

static int iptables_status(struct cni_error *reterr)
{
	if (cni_iptables_usable(AF_INET) == 0)
		return 0;
	return cni_error_set(reterr, CNI_CODE_NOT_AVAILABLE, ENOENT,
			     "iptables-restore is not installed");
}

/*
 * When the table is there, the kernel can do it.  Otherwise it is asked to
 * check a transaction that makes one.
 */
static int nftables_status(struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	int ret = cni_nft_open(&nft, reterr);

	if (ret == 0)
		ret = cni_nft_has_table(&nft, &portmap_table, reterr);
	if (ret != 0)
		return ret < 0 ? ret : 0;
	cni_nft_batch_init(&batch, 0);
	portmap_put_table(&batch, PORTMAP_TABLE_MAKE);
	return cni_nft_batch_try(&nft, &batch, reterr);
}

int portmap_status(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	struct cni_error err;
	int ret = portmap_conf_decode(call->conf, &conf, reterr);

	if (ret < 0)
		return ret;
	if (conf.backend == PORTMAP_BACKEND_IPTABLES)
		return iptables_status(reterr);
	ret = nftables_status(&err);
	if (ret == 0)
		return 0;
	if (ret == -EOPNOTSUPP && !conf.backend_is_set &&
	    iptables_status(NULL) == 0)
		return 0;
	return not_available(reterr, ret, &err);
}
