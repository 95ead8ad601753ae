/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_ipt.c - ADD, CHECK and DEL of masquerading by iptables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "masquerade_iptables.h"

/* The attachment's chain, and what jumps to it. */
static bool of_chain(const struct cni_iptables_rule *rule, void *context)
{
	const char *chain = context;

	return strcmp(rule->chain, chain) == 0 ||
	       strcmp(rule->target, chain) == 0;
}

static int read_chain(struct cni_nft *nft, enum cni_iptables_variant variant,
		      int family, char *chain,
		      struct cni_iptables_view *ret_view,
		      struct cni_error *reterr)
{
	const char *const chains[] = { "POSTROUTING", chain };
	const struct cni_iptables_query query = {
		.variant = variant,
		.family = family,
		.table = "nat",
		.chains = chains,
		.chain_count = 2,
		.filter = of_chain,
		.context = chain,
	};
	int ret = cni_iptables_view_read(nft, &query, ret_view, reterr);

	/* The names live on this stack frame only. */
	ret_view->query.chains = NULL;
	ret_view->query.chain_count = 0;
	return ret;
}

static int del_variant(struct cni_nft *nft, enum cni_iptables_variant variant,
		       int family, const struct cni_owner *owner,
		       struct cni_error *reterr)
{
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	const char *const chains[] = { chain };
	int ret = -EAGAIN;

	cni_iptables_chain_name(chain, "CNI-", owner->network,
				owner->container_id);
	for (int i = 0; i < CNI_IPTABLES_ATTEMPTS && ret == -EAGAIN; i++) {
		CNI_CLEANUP(iptables_view)
		struct cni_iptables_view view = { 0 };
		bool gone;

		ret = read_chain(nft, variant, family, chain, &view, reterr);
		if (ret < 0)
			return ret;
		gone = masq_iptables_mark_del(&view, chain, owner->ifname);
		ret = cni_iptables_view_apply(nft, &view, chains, gone, reterr);
	}
	return ret;
}

static int del_family(struct cni_nft *nft, int family,
		      const struct cni_owner *owner, struct cni_error *reterr)
{
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	struct cni_error step = { 0 };
	bool in_legacy = false;
	bool in_nft = false;
	int ret;

	cni_iptables_chain_name(chain, "CNI-", owner->network,
				owner->container_id);
	ret = cni_iptables_chain_exists(nft, family, "nat", chain, &in_nft,
					&in_legacy, reterr);
	if (ret == 0 && in_nft)
		ret = del_variant(nft, CNI_IPTABLES_NFT, family, owner, reterr);
	if (in_legacy)
		ret = cni_error_gather(ret, reterr,
				       del_variant(nft, CNI_IPTABLES_LEGACY,
						   family, owner, &step),
				       &step);
	return ret;
}

int masq_ipt_del(struct cni_nft *nft, const struct cni_owner *owner,
		 struct cni_error *reterr)
{
	struct cni_error step = { 0 };
	int ret;

	ret = del_family(nft, AF_INET, owner, reterr);
	return cni_error_gather(ret, reterr,
				del_family(nft, AF_INET6, owner, &step), &step);
}

static int add_family(struct cni_nft *nft, int family,
		      const struct cni_owner *owner,
		      const struct cni_masquerade_spec *spec,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	bool in_legacy;
	bool in_nft;
	int ret;

	cni_iptables_chain_name(chain, "CNI-", owner->network,
				owner->container_id);
	ret = cni_iptables_chain_exists(nft, family, "nat", chain, &in_nft,
					&in_legacy, reterr);
	if (ret == 0 && (in_nft || in_legacy))
		ret = read_chain(nft, CNI_IPTABLES_HOST, family, chain, &view,
				 reterr);
	if (ret < 0)
		return ret;
	ret = masq_iptables_script(owner, spec, family,
				   view.count ? &view : NULL, &script);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "build the masquerade rules");
	return cni_iptables_restore(family, CNI_IPTABLES_HOST, &script, reterr);
}

int masq_ipt_add(struct cni_nft *nft, const struct cni_owner *owner,
		 const struct cni_masquerade_spec *spec,
		 struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++) {
		if (masq_wants(spec, families[i]))
			ret = add_family(nft, families[i], owner, spec, reterr);
		else
			ret = del_family(nft, families[i], owner, reterr);
	}
	if (ret < 0)
		(void)masq_ipt_del(nft, owner, NULL);
	return ret;
}

static int check_family(struct cni_nft *nft, int family,
			const struct cni_owner *owner,
			const struct cni_masquerade_spec *spec,
			struct cni_error *reterr)
{
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	CNI_CLEANUP(buf) struct cni_buf line = { 0 };
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	int ret;

	cni_iptables_chain_name(chain, "CNI-", owner->network,
				owner->container_id);
	ret = read_chain(nft, CNI_IPTABLES_HOST, family, chain, &view, reterr);
	if (ret < 0)
		return ret;
	ret = masq_iptables_missing(owner, spec, family, &view, &line);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "compare the masquerade rules");
	if (line.len == 0)
		return 0;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "%s rule missing in table \"nat\": %s",
			     family == AF_INET ? "iptables" : "ip6tables",
			     cni_buf_text(&line));
}

int masq_ipt_check(struct cni_nft *nft, const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec,
		   struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (masq_wants(spec, families[i]))
			ret = check_family(nft, families[i], owner, spec,
					   reterr);
	return ret;
}
