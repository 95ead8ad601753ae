/* SPDX-License-Identifier: Apache-2.0 */
/* nft_chain.c - tables, chains and rules of nf_tables */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "nft_internal.h"

void cni_nft_add_table(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table, const char *comment)
{
	nft_change(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, table->family);
	cni_nl_put_str(&batch->req, NFTA_TABLE_NAME, table->name);
	nft_put_userdata(&batch->req, NFTA_TABLE_USERDATA, comment, NULL, 0);
}

void cni_nft_del_table(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table)
{
	nft_change(batch, NFT_MSG_DELTABLE, 0, table->family);
	cni_nl_put_str(&batch->req, NFTA_TABLE_NAME, table->name);
}

void cni_nft_add_chain(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table,
		       const struct cni_nft_chain *chain)
{
	struct cni_nl_req *req = &batch->req;
	size_t hook;

	nft_change(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, table->family);
	cni_nl_put_str(req, NFTA_CHAIN_TABLE, table->name);
	cni_nl_put_str(req, NFTA_CHAIN_NAME, chain->name);
	if (!chain->type)
		return;
	hook = cni_nl_nest_begin(req, NFTA_CHAIN_HOOK);
	cni_nl_put_be32(req, NFTA_HOOK_HOOKNUM, chain->hook);
	cni_nl_put_be32(req, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
	cni_nl_nest_end(req, hook);
	cni_nl_put_be32(req, NFTA_CHAIN_POLICY, chain->policy);
	cni_nl_put_str(req, NFTA_CHAIN_TYPE, chain->type);
}

void cni_nft_del_chain(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table, const char *name)
{
	nft_change(batch, NFT_MSG_DELCHAIN, 0, table->family);
	cni_nl_put_str(&batch->req, NFTA_CHAIN_TABLE, table->name);
	cni_nl_put_str(&batch->req, NFTA_CHAIN_NAME, name);
}

void cni_nft_flush_chain(struct cni_nft_batch *batch,
			 const struct cni_nft_table *table, const char *name)
{
	nft_change(batch, NFT_MSG_DELRULE, 0, table->family);
	cni_nl_put_str(&batch->req, NFTA_RULE_TABLE, table->name);
	cni_nl_put_str(&batch->req, NFTA_RULE_CHAIN, name);
}

int cni_nft_has_table(struct cni_nft *nft, const struct cni_nft_table *table,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETTABLE, 0, table->family);
	cni_nl_put_str(&req, NFTA_TABLE_NAME, table->name);
	ret = nft_get(nft, &req, NULL, NULL, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "nf_tables table \"%s\"",
					table->name);
	return ret;
}

static void parse_hook(const struct nlattr *nest,
		       struct cni_nft_chain_info *chain)
{
	const struct nlattr *attr[NFTA_HOOK_PRIORITY + 1];

	if (!nest ||
	    cni_nl_parse_nested(nest, attr, NFTA_HOOK_PRIORITY + 1) < 0)
		return;
	chain->hook = ntohl(cni_nl_get_u32(attr[NFTA_HOOK_HOOKNUM], 0));
	chain->priority =
		(int32_t)ntohl(cni_nl_get_u32(attr[NFTA_HOOK_PRIORITY], 0));
}

static int parse_chain(const struct nlmsghdr *message,
		       struct cni_nft_chain_info *ret_chain)
{
	const struct nlattr *attr[NFTA_CHAIN_TYPE + 1];
	const struct nfgenmsg *header = (const void *)(message + 1);

	if (cni_nl_parse(message, sizeof(*header), attr, NFTA_CHAIN_TYPE + 1) <
	    0)
		return -EBADMSG;
	*ret_chain = (struct cni_nft_chain_info) {
		.family = header->nfgen_family,
		.policy = ntohl(cni_nl_get_u32(attr[NFTA_CHAIN_POLICY],
					       htonl(1 /* NF_ACCEPT */))),
		.use = ntohl(cni_nl_get_u32(attr[NFTA_CHAIN_USE], 0)),
	};
	cni_nl_get_str(attr[NFTA_CHAIN_NAME], ret_chain->name,
		       sizeof(ret_chain->name));
	cni_nl_get_str(attr[NFTA_CHAIN_TABLE], ret_chain->table,
		       sizeof(ret_chain->table));
	cni_nl_get_str(attr[NFTA_CHAIN_TYPE], ret_chain->type,
		       sizeof(ret_chain->type));
	parse_hook(attr[NFTA_CHAIN_HOOK], ret_chain);
	return 0;
}

static int take_chain(const struct nlmsghdr *message, void *data)
{
	return data ? parse_chain(message, data) : 0;
}

int cni_nft_get_chain(struct cni_nft *nft, const struct cni_nft_table *table,
		      const char *name, struct cni_nft_chain_info *ret_chain,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETCHAIN, 0, table->family);
	cni_nl_put_str(&req, NFTA_CHAIN_TABLE, table->name);
	cni_nl_put_str(&req, NFTA_CHAIN_NAME, name);
	ret = nft_get(nft, &req, take_chain, ret_chain, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"nf_tables chain \"%s\" in \"%s\"",
					name, table->name);
	return ret;
}

struct chain_list {
	cni_nft_chain_cb cb;
	void *data;
};

static int list_chain(const struct nlmsghdr *message, void *data)
{
	const struct chain_list *list = data;
	struct cni_nft_chain_info chain;
	int ret;

	if (!message)
		return list->cb(NULL, list->data);
	ret = parse_chain(message, &chain);
	return ret < 0 ? ret : list->cb(&chain, list->data);
}

int cni_nft_list_chains(struct cni_nft *nft, uint8_t family,
			cni_nft_chain_cb cb, void *data,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct chain_list list = { .cb = cb, .data = data };
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETCHAIN, 0, family);
	ret = nft_dump(nft, &req, list_chain, &list, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "list nf_tables chains");
	return 0;
}

void cni_nft_rule_begin(struct cni_nft_batch *batch,
			const struct cni_nft_table *table, const char *chain,
			bool insert)
{
	struct cni_nl_req *req = &batch->req;

	nft_change(batch, NFT_MSG_NEWRULE,
		   insert ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND,
		   table->family);
	cni_nl_put_str(req, NFTA_RULE_TABLE, table->name);
	cni_nl_put_str(req, NFTA_RULE_CHAIN, chain);
	batch->nests[0] = cni_nl_nest_begin(req, NFTA_RULE_EXPRESSIONS);
}

void cni_nft_rule_end(struct cni_nft_batch *batch, const char *comment)
{
	cni_nl_nest_end(&batch->req, batch->nests[0]);
	nft_put_userdata(&batch->req, NFTA_RULE_USERDATA, comment, NULL, 0);
}

void cni_nft_del_rule(struct cni_nft_batch *batch,
		      const struct cni_nft_table *table, const char *chain,
		      uint64_t handle)
{
	nft_change(batch, NFT_MSG_DELRULE, 0, table->family);
	cni_nl_put_str(&batch->req, NFTA_RULE_TABLE, table->name);
	cni_nl_put_str(&batch->req, NFTA_RULE_CHAIN, chain);
	cni_nl_put_be64(&batch->req, NFTA_RULE_HANDLE, handle);
}

int cni_nft_list_rules(struct cni_nft *nft, const struct cni_nft_table *table,
		       const char *chain, cni_nl_cb cb, void *data,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETRULE, 0, table->family);
	cni_nl_put_str(&req, NFTA_RULE_TABLE, table->name);
	if (chain)
		cni_nl_put_str(&req, NFTA_RULE_CHAIN, chain);
	ret = nft_dump(nft, &req, cb, data, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "list rules of \"%s %s\"",
					table->name, chain ? chain : "");
	return 0;
}

int cni_nft_parse_rule(const struct nlmsghdr *message, uint64_t *ret_handle,
		       char ret_comment[static CNI_NFT_COMMENT_MAX + 1])
{
	const struct nlattr *attr[NFTA_RULE_USERDATA + 1];
	const uint8_t *comment;
	size_t len;

	if (cni_nl_parse(message, sizeof(struct nfgenmsg), attr,
			 NFTA_RULE_USERDATA + 1) < 0)
		return -EBADMSG;
	*ret_handle = nft_get_be64(attr[NFTA_RULE_HANDLE]);
	ret_comment[0] = '\0';
	comment = nft_get_userdata(attr[NFTA_RULE_USERDATA], NFT_UDATA_COMMENT,
				   &len);
	if (comment && len > 0 && len <= CNI_NFT_COMMENT_MAX + 1) {
		memcpy(ret_comment, comment, len - 1);
		ret_comment[len - 1] = '\0';
	}
	return 0;
}
