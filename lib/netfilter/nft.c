/* SPDX-License-Identifier: Apache-2.0 */
/* nft.c - nf_tables by netlink: handle, generation, transactions */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "cni/linger.h"
#include "nft_internal.h"

void nft_begin(struct cni_nl_req *req, uint16_t type, uint16_t flags,
	       uint8_t family)
{
	struct nfgenmsg *header;

	header = cni_nl_begin(req, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
			      flags, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
}

static int take_generation(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr[NFTA_GEN_ID + 1];
	uint32_t *generation = data;

	if (cni_nl_parse(message, sizeof(struct nfgenmsg), attr,
			 NFTA_GEN_ID + 1) < 0)
		return -EBADMSG;
	*generation = ntohl(cni_nl_get_u32(attr[NFTA_GEN_ID], 0));
	return 0;
}

int cni_nft_generation(struct cni_nft *nft, uint32_t *ret_generation,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct nfgenmsg *header;
	int ret;

	cni_nl_req_init(&req);
	header = cni_nl_begin_unacked(
		&req, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0,
		sizeof(*header));
	header->version = NFNETLINK_V0;
	ret = cni_nl_talk(&nft->nl, &req, take_generation, ret_generation,
			  reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "nf_tables generation");
	return 0;
}

int cni_nft_open(struct cni_nft *nft, struct cni_error *reterr)
{
	uint32_t generation = 0;
	int ret = cni_nl_open(&nft->nl, NETLINK_NETFILTER, reterr);

	/* The module is loaded by the first message, not by the socket. */
	if (ret == 0) {
		ret = cni_nft_generation(nft, &generation, reterr);
		if (ret < 0)
			cni_nl_close(&nft->nl);
	}
	if (ret == -EPROTONOSUPPORT || ret == -EINVAL || ret == -EOPNOTSUPP)
		return cni_error_set(reterr, CNI_CODE_KERNEL_FEATURE,
				     EOPNOTSUPP, "the kernel has no nf_tables");
	return ret;
}

void cni_nft_close(struct cni_nft *nft)
{
	if (nft->deleted)
		cni_linger_close(&nft->nl);
	else
		cni_nl_close(&nft->nl);
	nft->deleted = false;
}

static void put_mark(struct cni_nft_batch *batch, uint16_t type)
{
	struct nfgenmsg *header;

	header = cni_nl_begin_unacked(&batch->req, type, 0, sizeof(*header));
	header->res_id = htons(NFNL_SUBSYS_NFTABLES);
}

void cni_nft_batch_init(struct cni_nft_batch *batch, uint32_t generation)
{
	cni_nl_req_init(&batch->req);
	batch->changes = 0;
	batch->deletes = false;
	put_mark(batch, NFNL_MSG_BATCH_BEGIN);
	if (generation)
		cni_nl_put_be32(&batch->req, NFNL_BATCH_GENID, generation);
}

void cni_nft_batch_done(struct cni_nft_batch *batch)
{
	cni_nl_req_done(&batch->req);
}

static bool is_deletion(uint16_t type)
{
	switch (type) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_NEWCHAIN:
	case NFT_MSG_NEWRULE:
	case NFT_MSG_NEWSET:
	case NFT_MSG_NEWSETELEM:
		return false;
	default:
		return true;
	}
}

void nft_change(struct cni_nft_batch *batch, uint16_t type, uint16_t flags,
		uint8_t family)
{
	struct nfgenmsg *header;

	header = cni_nl_begin_unacked(
		&batch->req, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
		flags, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	batch->changes++;
	if (is_deletion(type))
		batch->deletes = true;
}

/*
 * One acknowledgement for the whole: the kernel reports errors of any message,
 * asked or not, and acknowledges the last one only when all were carried out.
 */
static void ask_for_ack(struct cni_nft_batch *batch)
{
	struct nlmsghdr *last = (void *)(batch->req.bytes + batch->req.message);

	last->nlmsg_flags |= NLM_F_ACK;
}

/* Without the end mark, the kernel checks everything and drops it. */
static int send_batch(struct cni_nft *nft, struct cni_nft_batch *batch,
		      bool with_end, struct cni_error *reterr)
{
	int ret;

	if (batch->req.error)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL,
				       -batch->req.error,
				       "nf_tables transaction");
	if (batch->changes == 0)
		return 0;
	ask_for_ack(batch);
	if (with_end)
		put_mark(batch, NFNL_MSG_BATCH_END);
	ret = cni_nl_talk(&nft->nl, &batch->req, NULL, NULL, reterr);
	if (ret == 0) {
		nft->deleted |= batch->deletes;
		return 0;
	}
	if (reterr && ret == -ERESTART)
		reterr->code = CNI_CODE_TRY_AGAIN;
	if (reterr && ret == -EOPNOTSUPP)
		reterr->code = CNI_CODE_KERNEL_FEATURE;
	return cni_error_prefix(reterr, ret, "nf_tables transaction (step %u)",
				batch->req.failed);
}

int cni_nft_batch_send(struct cni_nft *nft, struct cni_nft_batch *batch,
		       struct cni_error *reterr)
{
	return send_batch(nft, batch, true, reterr);
}

int cni_nft_batch_try(struct cni_nft *nft, struct cni_nft_batch *batch,
		      struct cni_error *reterr)
{
	return send_batch(nft, batch, false, reterr);
}

static int ignore(const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	return 0;
}

int nft_get(struct cni_nft *nft, struct cni_nl_req *req, cni_nl_cb cb,
	    void *data, struct cni_error *reterr)
{
	struct cni_error err;
	int ret = cni_nl_talk(&nft->nl, req, cb ? cb : ignore, data, &err);

	if (ret == -ENOENT)
		return 0;
	if (ret < 0 && reterr)
		*reterr = err;
	return ret < 0 ? ret : 1;
}

int nft_dump(struct cni_nft *nft, struct cni_nl_req *req, cni_nl_cb cb,
	     void *data, struct cni_error *reterr)
{
	struct cni_error err;
	int ret = cni_nl_dump(&nft->nl, req, cb, data, &err);

	if (ret == -ENOENT)
		return 0;
	if (ret < 0 && reterr)
		*reterr = err;
	return ret;
}

size_t nft_put_record(uint8_t *to, uint8_t type, const void *bytes, size_t len)
{
	to[0] = type;
	to[1] = (uint8_t)len;
	memcpy(to + 2, bytes, len);
	return len + 2;
}

void nft_put_userdata(struct cni_nl_req *req, uint16_t attribute,
		      const char *comment, const void *bytes, size_t len)
{
	uint8_t data[2 + CNI_NFT_COMMENT_MAX + 1 + 2 + CNI_NFT_PRIVATE_MAX];
	char text[CNI_NFT_COMMENT_MAX + 1];
	size_t used = 0;

	if (comment && comment[0]) {
		size_t size = strnlen(comment, CNI_NFT_COMMENT_MAX);

		memcpy(text, comment, size);
		text[size] = '\0';
		used += nft_put_record(data, NFT_UDATA_COMMENT, text, size + 1);
	}
	if (len)
		used += nft_put_record(data + used, NFT_UDATA_PRIVATE, bytes,
				       len);
	if (used)
		cni_nl_put(req, attribute, data, used);
}

const uint8_t *nft_get_userdata(const struct nlattr *attr, uint8_t type,
				size_t *ret_len)
{
	const uint8_t *place = attr ? (const uint8_t *)(attr + 1) : NULL;
	size_t left = attr ? attr->nla_len - sizeof(*attr) : 0;

	while (left >= 2 && left >= 2U + place[1]) {
		if (place[0] == type) {
			*ret_len = place[1];
			return place + 2;
		}
		left -= 2U + place[1];
		place += 2U + place[1];
	}
	return NULL;
}

uint64_t nft_get_be64(const struct nlattr *attr)
{
	uint64_t value;

	if (!attr || attr->nla_len != sizeof(*attr) + sizeof(value))
		return 0;
	memcpy(&value, attr + 1, sizeof(value));
	return be64toh(value);
}
