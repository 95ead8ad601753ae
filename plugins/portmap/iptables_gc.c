/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_gc.c - chains of containers that are no more */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "iptables_backend.h"

/* What the comment of a network's entry rules starts with. */
struct search {
	const char *prefix;
	size_t prefix_len;
	const struct cni_attachment_list *valid;
};

/* dnat name: "<network>" id: "<container id>"; a cut id matches nobody. */
static bool is_stale(const struct cni_iptables_rule *rule, void *context)
{
	const struct search *search = context;
	char id[CNI_IPTABLES_COMMENT_MAX + 1];
	const char *start = rule->comment + search->prefix_len;
	size_t len;

	if (strncmp(rule->comment, search->prefix, search->prefix_len) != 0 ||
	    strncmp(rule->target, "CNI-DN-", strlen("CNI-DN-")) != 0)
		return false;
	len = strcspn(start, "\"");
	if (start[len] != '"')
		return false;
	memcpy(id, start, len);
	id[len] = '\0';
	return !cni_attachments_have_id(search->valid, id);
}

static int gc_variant(struct cni_nft *nft, enum cni_iptables_variant variant,
		      int family, struct search *search,
		      struct cni_error *reterr)
{
	static const char *const chains[] = { PORTMAP_DNAT_CHAIN };
	const struct cni_iptables_query query = { .variant = variant,
						  .family = family,
						  .table = "nat",
						  .chains = chains,
						  .chain_count = 1,
						  .filter = is_stale,
						  .context = search };
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	int first = cni_iptables_view_read(nft, &query, &view, reterr);

	for (size_t i = 0; i < view.count; i++) {
		struct cni_error err = { 0 };
		int ret = cni_iptables_remove_chain(nft, family, "nat",
						    PORTMAP_DNAT_CHAIN,
						    view.rules[i].target, &err);

		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}

static int gc_family(struct cni_nft *nft, int family, struct search *search,
		     struct cni_error *reterr)
{
	struct cni_error err = { 0 };
	bool in_legacy;
	bool in_nft;
	int ret;

	ret = cni_iptables_chain_exists(nft, family, "nat", PORTMAP_DNAT_CHAIN,
					&in_nft, &in_legacy, reterr);
	if (ret == 0 && in_nft)
		ret = gc_variant(nft, CNI_IPTABLES_NFT, family, search, reterr);
	if (in_legacy)
		ret = cni_error_gather(ret, reterr,
				       gc_variant(nft, CNI_IPTABLES_LEGACY,
						  family, search, &err),
				       &err);
	return ret;
}

int portmap_ipt_gc(struct cni_nft *nft, const char *network,
		   const struct cni_attachment_list *valid,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf prefix = { 0 };
	struct search search = { .valid = valid };
	struct cni_error err = { 0 };
	int ret;

	cni_buf_addf(&prefix, "dnat name: \"%s\" id: \"", network);
	if (cni_buf_error(&prefix))
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove stale rules");
	search.prefix = cni_buf_text(&prefix);
	search.prefix_len = prefix.len;
	ret = gc_family(nft, AF_INET, &search, reterr);
	return cni_error_gather(ret, reterr,
				gc_family(nft, AF_INET6, &search, &err), &err);
}
