/* SPDX-License-Identifier: Apache-2.0 */
/* nft_set.c - sets, maps and their elements of nf_tables */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "nft_internal.h"

/*
 * What nft wants to know to show a set: in which byte order it has to print
 * keys, and the comment.
 * Source: libnftnl include/libnftnl/udata.h, enum nftnl_udata_set_types;
 * nftables include/datatype.h, enum byteorder.
 */
#define UDATA_SET_KEYBYTEORDER	0
#define UDATA_SET_DATABYTEORDER 1
#define UDATA_SET_COMMENT	7
#define BYTEORDER_HOST_ENDIAN	1
#define BYTEORDER_BIG_ENDIAN	2

static size_t put_byteorder(uint8_t *to, uint8_t record, uint32_t type)
{
	uint32_t byteorder = type == CNI_NFT_TYPE_IFNAME ? BYTEORDER_HOST_ENDIAN
							 : BYTEORDER_BIG_ENDIAN;

	return nft_put_record(to, record, &byteorder, sizeof(byteorder));
}

static void put_set_userdata(struct cni_nl_req *req,
			     const struct cni_nft_set *set)
{
	uint8_t data[6 + 6 + 2 + CNI_NFT_COMMENT_MAX + 1];
	char text[CNI_NFT_COMMENT_MAX + 1] = "";
	const char *comment = set->comment;
	size_t used =
		put_byteorder(data, UDATA_SET_KEYBYTEORDER, set->key_type);

	if (set->data_type && set->data_type != CNI_NFT_TYPE_VERDICT)
		used += put_byteorder(data + used, UDATA_SET_DATABYTEORDER,
				      set->data_type);
	if (comment) {
		memcpy(text, comment, strnlen(comment, CNI_NFT_COMMENT_MAX));
		used += nft_put_record(data + used, UDATA_SET_COMMENT, text,
				       strlen(text) + 1);
	}
	cni_nl_put(req, NFTA_SET_USERDATA, data, used);
}

void cni_nft_add_set(struct cni_nft_batch *batch, const struct cni_nft_set *set)
{
	struct cni_nl_req *req = &batch->req;
	uint32_t flags = (set->data_type ? NFT_SET_MAP : 0U) |
			 (set->interval ? NFT_SET_INTERVAL : 0U) |
			 (set->dynamic ? NFT_SET_EVAL : 0U) |
			 (set->expiring ? NFT_SET_TIMEOUT : 0U);
	bool verdicts = set->data_type == CNI_NFT_TYPE_VERDICT;

	nft_change(batch, NFT_MSG_NEWSET, NLM_F_CREATE, set->table->family);
	cni_nl_put_str(req, NFTA_SET_TABLE, set->table->name);
	cni_nl_put_str(req, NFTA_SET_NAME, set->name);
	/* Any number that is unique in the transaction. */
	cni_nl_put_be32(req, NFTA_SET_ID, batch->changes);
	/* The kernel does not tell flags of 0 either, see cni_nft_verify(). */
	if (flags)
		cni_nl_put_be32(req, NFTA_SET_FLAGS, flags);
	cni_nl_put_be32(req, NFTA_SET_KEY_TYPE, set->key_type);
	cni_nl_put_be32(req, NFTA_SET_KEY_LEN, set->key_len);
	if (set->data_type)
		cni_nl_put_be32(req, NFTA_SET_DATA_TYPE,
				verdicts ? NFT_DATA_VERDICT : set->data_type);
	if (set->data_type && !verdicts)
		cni_nl_put_be32(req, NFTA_SET_DATA_LEN, set->data_len);
	if (set->size) {
		size_t desc = cni_nl_nest_begin(req, NFTA_SET_DESC);

		cni_nl_put_be32(req, NFTA_SET_DESC_SIZE, set->size);
		cni_nl_nest_end(req, desc);
	}
	if (set->lifetime_ms)
		cni_nl_put_be64(req, NFTA_SET_TIMEOUT, set->lifetime_ms);
	put_set_userdata(req, set);
}

void cni_nft_del_set(struct cni_nft_batch *batch, const struct cni_nft_set *set)
{
	nft_change(batch, NFT_MSG_DELSET, 0, set->table->family);
	cni_nl_put_str(&batch->req, NFTA_SET_TABLE, set->table->name);
	cni_nl_put_str(&batch->req, NFTA_SET_NAME, set->name);
}

int cni_nft_has_set(struct cni_nft *nft, const struct cni_nft_set *set,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETSET, 0, set->table->family);
	cni_nl_put_str(&req, NFTA_SET_TABLE, set->table->name);
	cni_nl_put_str(&req, NFTA_SET_NAME, set->name);
	ret = nft_get(nft, &req, NULL, NULL, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "nf_tables set \"%s\"",
					set->name);
	return ret;
}

static void put_value(struct cni_nl_req *req, uint16_t attribute,
		      const void *bytes, size_t len)
{
	size_t nest = cni_nl_nest_begin(req, attribute);

	cni_nl_put(req, NFTA_DATA_VALUE, bytes, len);
	cni_nl_nest_end(req, nest);
}

static void put_verdict(struct cni_nl_req *req,
			const struct cni_nft_element *element)
{
	size_t data = cni_nl_nest_begin(req, NFTA_SET_ELEM_DATA);
	size_t verdict = cni_nl_nest_begin(req, NFTA_DATA_VERDICT);

	cni_nl_put_be32(req, NFTA_VERDICT_CODE, (uint32_t)element->verdict);
	if (element->verdict == NFT_JUMP || element->verdict == NFT_GOTO)
		cni_nl_put_str(req, NFTA_VERDICT_CHAIN, element->chain);
	cni_nl_nest_end(req, verdict);
	cni_nl_nest_end(req, data);
}

void nft_put_element(struct cni_nl_req *req, const struct cni_nft_set *set,
		     const struct cni_nft_element *element, bool whole)
{
	size_t nest = cni_nl_nest_begin(req, NFTA_LIST_ELEM);

	put_value(req, NFTA_SET_ELEM_KEY, element->key, set->key_len);
	if (element->interval_end)
		cni_nl_put_be32(req, NFTA_SET_ELEM_FLAGS,
				NFT_SET_ELEM_INTERVAL_END);
	if (whole && set->data_type && !element->interval_end) {
		if (set->data_type == CNI_NFT_TYPE_VERDICT)
			put_verdict(req, element);
		else
			put_value(req, NFTA_SET_ELEM_DATA, element->data,
				  set->data_len);
	}
	if (whole && element->lifetime_ms)
		cni_nl_put_be64(req, NFTA_SET_ELEM_TIMEOUT,
				element->lifetime_ms);
	if (whole)
		nft_put_userdata(req, NFTA_SET_ELEM_USERDATA, element->comment,
				 element->private_data, element->private_len);
	cni_nl_nest_end(req, nest);
}

static void put_one(struct cni_nl_req *req, const struct cni_nft_set *set,
		    const struct cni_nft_element *element, bool whole)
{
	size_t list = cni_nl_nest_begin(req, NFTA_SET_ELEM_LIST_ELEMENTS);

	nft_put_element(req, set, element, whole);
	cni_nl_nest_end(req, list);
}

void nft_put_set_name(struct cni_nl_req *req, const struct cni_nft_set *set)
{
	cni_nl_put_str(req, NFTA_SET_ELEM_LIST_TABLE, set->table->name);
	cni_nl_put_str(req, NFTA_SET_ELEM_LIST_SET, set->name);
}

void cni_nft_add_element(struct cni_nft_batch *batch,
			 const struct cni_nft_set *set,
			 const struct cni_nft_element *element, bool exclusive)
{
	nft_change(batch, NFT_MSG_NEWSETELEM,
		   exclusive ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_CREATE,
		   set->table->family);
	nft_put_set_name(&batch->req, set);
	put_one(&batch->req, set, element, true);
}

void cni_nft_del_element(struct cni_nft_batch *batch,
			 const struct cni_nft_set *set,
			 const struct cni_nft_element *element)
{
	nft_change(batch, NFT_MSG_DELSETELEM, 0, set->table->family);
	nft_put_set_name(&batch->req, set);
	put_one(&batch->req, set, element, false);
}

static void copy_value(const struct nlattr *nest,
		       uint8_t ret_bytes[static CNI_NFT_KEY_MAX])
{
	const struct nlattr *attr[NFTA_DATA_VALUE + 1];
	size_t len;

	if (!nest || cni_nl_parse_nested(nest, attr, NFTA_DATA_VALUE + 1) < 0 ||
	    !attr[NFTA_DATA_VALUE])
		return;
	len = attr[NFTA_DATA_VALUE]->nla_len - sizeof(struct nlattr);
	memcpy(ret_bytes, attr[NFTA_DATA_VALUE] + 1,
	       len < CNI_NFT_KEY_MAX ? len : CNI_NFT_KEY_MAX);
}

static void copy_verdict(const struct nlattr *nest,
			 struct cni_nft_element *element)
{
	const struct nlattr *data[NFTA_DATA_VERDICT + 1];
	const struct nlattr *attr[NFTA_VERDICT_CHAIN + 1];

	if (!nest ||
	    cni_nl_parse_nested(nest, data, NFTA_DATA_VERDICT + 1) < 0 ||
	    !data[NFTA_DATA_VERDICT] ||
	    cni_nl_parse_nested(data[NFTA_DATA_VERDICT], attr,
				NFTA_VERDICT_CHAIN + 1) < 0)
		return;
	element->verdict =
		(int32_t)ntohl(cni_nl_get_u32(attr[NFTA_VERDICT_CODE], 0));
	cni_nl_get_str(attr[NFTA_VERDICT_CHAIN], element->chain,
		       sizeof(element->chain));
}

static void copy_userdata(const struct nlattr *attr,
			  struct cni_nft_element *element)
{
	const uint8_t *bytes;
	size_t len;

	bytes = nft_get_userdata(attr, NFT_UDATA_COMMENT, &len);
	if (bytes && len > 0 && len <= sizeof(element->comment))
		memcpy(element->comment, bytes, len - 1);
	bytes = nft_get_userdata(attr, NFT_UDATA_PRIVATE, &len);
	if (bytes && len <= sizeof(element->private_data)) {
		memcpy(element->private_data, bytes, len);
		element->private_len = len;
	}
}

static int take_element(const struct nlattr *nest, void *data)
{
	const struct nft_elements *elements = data;
	const struct nlattr *attr[NFTA_SET_ELEM_USERDATA + 1];
	struct cni_nft_element element = { 0 };
	uint32_t flags;

	if (cni_nl_parse_nested(nest, attr, NFTA_SET_ELEM_USERDATA + 1) < 0)
		return -EBADMSG;
	flags = ntohl(cni_nl_get_u32(attr[NFTA_SET_ELEM_FLAGS], 0));
	element.interval_end = flags & NFT_SET_ELEM_INTERVAL_END;
	copy_value(attr[NFTA_SET_ELEM_KEY], element.key);
	copy_value(attr[NFTA_SET_ELEM_DATA], element.data);
	copy_verdict(attr[NFTA_SET_ELEM_DATA], &element);
	copy_userdata(attr[NFTA_SET_ELEM_USERDATA], &element);
	element.lifetime_ms = nft_get_be64(attr[NFTA_SET_ELEM_TIMEOUT]);
	return elements->cb(&element, elements->data);
}

int nft_take_elements(const struct nlmsghdr *message, void *data)
{
	const struct nft_elements *elements = data;
	const struct nlattr *attr[NFTA_SET_ELEM_LIST_ELEMENTS + 1];

	if (!message)
		return elements->cb(NULL, elements->data);
	if (cni_nl_parse(message, sizeof(struct nfgenmsg), attr,
			 NFTA_SET_ELEM_LIST_ELEMENTS + 1) < 0)
		return -EBADMSG;
	if (!attr[NFTA_SET_ELEM_LIST_ELEMENTS])
		return 0;
	return cni_nl_each_nested(attr[NFTA_SET_ELEM_LIST_ELEMENTS],
				  take_element, data);
}

static int copy_element(const struct cni_nft_element *element, void *data)
{
	struct cni_nft_element *to = data;

	*to = *element;
	return 0;
}

int cni_nft_get_element(struct cni_nft *nft, const struct cni_nft_set *set,
			const uint8_t *key, struct cni_nft_element *ret_element,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct nft_elements elements = { .cb = copy_element,
					 .data = ret_element };
	struct cni_nft_element wanted = { 0 };
	int ret;

	memcpy(wanted.key, key, set->key_len);
	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETSETELEM, 0, set->table->family);
	nft_put_set_name(&req, set);
	put_one(&req, set, &wanted, false);
	ret = nft_get(nft, &req, nft_take_elements, &elements, reterr);
	if (ret < 0)
		return cni_error_prefix(
			reterr, ret, "nf_tables element of \"%s\"", set->name);
	return ret;
}

int cni_nft_list_elements(struct cni_nft *nft, const struct cni_nft_set *set,
			  cni_nft_element_cb cb, void *data,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct nft_elements elements = { .cb = cb, .data = data };
	int ret;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETSETELEM, 0, set->table->family);
	nft_put_set_name(&req, set);
	ret = nft_dump(nft, &req, nft_take_elements, &elements, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "list elements of \"%s\"",
					set->name);
	return 0;
}
