/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade.c - pods' outgoing traffic gets the node's address */
#include <errno.h>
#include <sys/socket.h>

#include "masquerade_go.h"
#include "masquerade_iptables.h"
#include "masquerade_nft.h"

static bool iptables_usable(void)
{
	return cni_iptables_usable(AF_INET) == 0;
}

int cni_masquerade_probe(struct cni_nft *nft,
			 enum cni_masquerade_backend backend,
			 struct cni_error *reterr)
{
	if (nft && backend != CNI_MASQUERADE_IPTABLES)
		return CNI_MASQUERADE_NFTABLES;
	if (backend == CNI_MASQUERADE_NFTABLES)
		return cni_error_set(reterr, CNI_CODE_KERNEL_FEATURE,
				     EOPNOTSUPP,
				     "masquerading: the kernel has no "
				     "nf_tables; load module nf_tables or set "
				     "\"ipMasqBackend\": \"iptables\"");
	if (iptables_usable())
		return CNI_MASQUERADE_IPTABLES;
	return cni_error_set(reterr, CNI_CODE_TOOL_MISSING, ENOENT,
			     "masquerading: no iptables-restore found; install "
			     "iptables or set \"ipMasqBackend\": \"nftables\"");
}

/*
 * A kernel may have nf_tables without nat or masquerading for it: then the
 * automatic choice is iptables, as long as that is there.
 */
int cni_masquerade_add(struct cni_nft *nft, const struct cni_owner *owner,
		       const struct cni_masquerade_spec *spec,
		       struct cni_error *reterr)
{
	int ret = cni_masquerade_probe(nft, spec->backend, reterr);

	if (ret == CNI_MASQUERADE_NFTABLES) {
		ret = masq_nft_add(nft, owner, spec, reterr);
		if (ret == 0)
			return 0;
		if (ret != -EOPNOTSUPP ||
		    spec->backend != CNI_MASQUERADE_AUTO || !iptables_usable())
			return cni_error_prefix(reterr, ret, "masquerade");
	} else if (ret < 0) {
		return ret;
	}
	ret = masq_ipt_add(nft, owner, spec, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "masquerade") : 0;
}

/* By a Go plugin, before ours took its place, or with the other backend. */
static bool done_otherwise(struct cni_nft *nft, const struct cni_owner *owner,
			   const struct cni_masquerade_spec *spec)
{
	size_t wanted = 0;

	for (size_t i = 0; i < spec->address_count; i++)
		wanted += masq_wants(spec, spec->addresses[i].addr.family);
	if (masq_go_check(nft, owner, wanted))
		return true;
	return spec->backend == CNI_MASQUERADE_AUTO && iptables_usable() &&
	       masq_ipt_check(nft, owner, spec, NULL) == 0;
}

int cni_masquerade_check(struct cni_nft *nft, const struct cni_owner *owner,
			 const struct cni_masquerade_spec *spec,
			 struct cni_error *reterr)
{
	int ret = cni_masquerade_probe(nft, spec->backend, reterr);

	if (ret == CNI_MASQUERADE_NFTABLES) {
		ret = masq_nft_check(nft, owner, spec, reterr);
		if (ret == -ENOENT && done_otherwise(nft, owner, spec))
			return 0;
	} else if (ret == CNI_MASQUERADE_IPTABLES) {
		ret = masq_ipt_check(nft, owner, spec, reterr);
	}
	return ret < 0 ? cni_error_prefix(reterr, ret, "masquerade") : 0;
}

int cni_masquerade_del(struct cni_nft *nft, const struct cni_owner *owner,
		       struct cni_error *reterr)
{
	struct cni_error step = { 0 };
	int ret = 0;

	if (nft)
		ret = masq_nft_del(nft, owner, reterr);
	ret = cni_error_gather(ret, reterr, masq_ipt_del(nft, owner, &step),
			       &step);
	return ret < 0 ? cni_error_prefix(reterr, ret, "masquerade") : 0;
}

int cni_masquerade_gc(struct cni_nft *nft, const char *network,
		      const struct cni_owner *valid, size_t count,
		      struct cni_error *reterr)
{
	struct cni_error step = { 0 };
	int ret = 0;

	if (nft)
		ret = masq_nft_gc(nft, network, valid, count, reterr);
	ret = cni_error_gather(ret, reterr,
			       masq_ipt_gc(nft, network, valid, count, &step),
			       &step);
	return ret < 0 ? cni_error_prefix(reterr, ret, "masquerade") : 0;
}
