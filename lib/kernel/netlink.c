/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.c - sending netlink requests and taking the answers */
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/netlink.h"
#include "nl_internal.h"

/*
 * Attempts at a dump that keeps being interrupted.  The five of
 * containernetworking/plugins (pkg/netlinksafe/netlink.go) are used up on a
 * node where links come and go all the time.
 */
#define DUMP_ATTEMPTS 50

/* One request on its way, and what came back so far. */
struct exchange {
	struct cni_nl_req *req;
	uint32_t first_seq;
	unsigned int acks_missing;
	cni_nl_cb cb;
	void *data;
	struct cni_error *reterr;
	int ret;	  /* first failure, kernel's or callback's */
	bool single;	  /* the object asked for is all that will come */
	bool cb_done;	  /* the callback wants no more */
	bool complete;	  /* nothing more will come */
	bool interrupted; /* the dump is inconsistent */
	bool early;	  /* what the callback does not want is not read */
};

static const struct nlmsghdr *message_at(const struct cni_nl_req *req,
					 unsigned int index)
{
	const uint8_t *place = req->bytes;

	while (index-- > 0)
		place += cni_nl_align(
			((const struct nlmsghdr *)(const void *)place)
				->nlmsg_len);
	return (const void *)place;
}

/* Numbers the messages; returns how many acknowledgements they ask for. */
static unsigned int number_messages(struct cni_nl *nl, struct cni_nl_req *req)
{
	unsigned int acks = 0;
	uint8_t *place = req->bytes;
	unsigned int i;

	for (i = 0; i < req->count; i++) {
		struct nlmsghdr *header = (void *)place;

		header->nlmsg_seq = ++nl->seq;
		header->nlmsg_pid = nl->portid;
		if (header->nlmsg_flags & NLM_F_ACK)
			acks++;
		place += cni_nl_align(header->nlmsg_len);
	}
	return acks;
}

/* The attribute of the request that the kernel points at, 0 when unknown. */
static unsigned int refused_attribute(const struct exchange *ex,
				      const struct nlattr *offset_attr)
{
	const struct nlmsghdr *sent = message_at(ex->req, ex->req->failed);
	uint32_t offset = cni_nl_get_u32(offset_attr, 0);
	const struct nlattr *attr;

	if (offset < CNI_NL_HEADER || offset % 4 != 0 ||
	    offset + sizeof(*attr) > sent->nlmsg_len)
		return 0;
	attr = (const void *)((const uint8_t *)sent + offset);
	return mnl_attr_get_type(attr);
}

/*
 * The kernel's own words, if it said any.  With NETLINK_CAP_ACK the request is
 * not sent back, without it (before Linux 4.2) the attributes come behind it.
 */
static void take_extended_ack(const struct exchange *ex,
			      const struct nlmsghdr *message,
			      size_t header_size)
{
	const struct nlattr *table[NLMSGERR_ATTR_OFFS + 1];
	char text[CNI_ERROR_TEXT_MAX - 32];
	unsigned int attribute;

	if (!ex->reterr || !(message->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    cni_nl_parse(message, header_size, table, MNL_ARRAY_SIZE(table)))
		return;
	cni_nl_get_str(table[NLMSGERR_ATTR_MSG], text, sizeof(text));
	attribute = refused_attribute(ex, table[NLMSGERR_ATTR_OFFS]);
	if (text[0] && attribute)
		cni_error_details(ex->reterr, "%s (attribute %u)", text,
				  attribute);
	else if (text[0])
		cni_error_details(ex->reterr, "%s", text);
	else if (attribute)
		cni_error_details(ex->reterr, "attribute %u was refused",
				  attribute);
}

static void fail(struct exchange *ex, int sys_errno)
{
	int code = sys_errno == ENOBUFS ? CNI_CODE_TRY_AGAIN
					: CNI_CODE_INTERNAL;

	if (!ex->ret)
		ex->ret = cni_error_set(ex->reterr, code, sys_errno, "%s",
					strerror(sys_errno));
}

/* Bytes before the extended ack: the request is sent back unless capped. */
static size_t ack_size(const struct nlmsghdr *message,
		       const struct nlmsgerr *ack)
{
	if (message->nlmsg_flags & NLM_F_CAPPED ||
	    ack->msg.nlmsg_len < CNI_NL_HEADER)
		return sizeof(*ack);
	return sizeof(*ack) + ack->msg.nlmsg_len - CNI_NL_HEADER;
}

static bool wants_ack(const struct nlmsghdr *sent)
{
	return (sent->nlmsg_flags & NLM_F_ACK) != 0;
}

static void take_ack(struct exchange *ex, const struct nlmsghdr *message)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(message);
	unsigned int index = message->nlmsg_seq - ex->first_seq;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*ack))
		return;
	if (ack->error && !ex->ret) {
		ex->req->failed = index;
		fail(ex, -ack->error);
		take_extended_ack(ex, message, ack_size(message, ack));
	}
	/* A dump, or an nf_tables batch, refused as a whole. */
	if (ack->error && !wants_ack(message_at(ex->req, index)))
		ex->acks_missing = 0;
	else
		ex->acks_missing--;
	ex->complete = ex->acks_missing == 0;
}

/* A dump ends with the errno of its last step. */
static void take_done(struct exchange *ex, const struct nlmsghdr *message)
{
	const int *error = mnl_nlmsg_get_payload(message);

	ex->complete = true;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error) ||
	    *error >= 0 || ex->ret)
		return;
	fail(ex, -*error);
	take_extended_ack(ex, message, sizeof(*error));
}

static void take_object(struct exchange *ex, const struct nlmsghdr *message)
{
	int ret;

	if (ex->single)
		ex->complete = true;
	if (!ex->cb || ex->cb_done || ex->ret)
		return;
	ret = ex->cb(message, ex->data);
	ex->cb_done = ret != 0;
	if (ret < 0)
		fail(ex, -ret);
}

static void take_message(struct exchange *ex, const struct nlmsghdr *message)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		ex->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
		take_ack(ex, message);
		break;
	case NLMSG_DONE:
		take_done(ex, message);
		break;
	case NLMSG_OVERRUN:
		fail(ex, ENOBUFS);
		ex->complete = true;
		break;
	default:
		take_object(ex, message);
		break;
	}
}

/* One question without acknowledgement: answered by an object or an error. */
static bool is_single(const struct exchange *ex)
{
	const struct nlmsghdr *first = message_at(ex->req, 0);

	return ex->acks_missing == 0 && ex->req->count == 1 &&
	       (first->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP;
}

/* Sends the request and takes messages until its answer is complete. */
static int exchange(struct cni_nl *nl, struct exchange *ex)
{
	struct cni_nl_req *req = ex->req;

	req->failed = req->count;
	if (req->error) {
		fail(ex, -req->error);
		return ex->ret;
	}
	assert(req->count > 0);
	ex->first_seq = nl->seq + 1;
	ex->acks_missing = number_messages(nl, req);
	ex->single = is_single(ex);
	ex->ret = cni_nl_send(nl, req->bytes, req->len, ex->acks_missing,
			      ex->reterr);
	if (ex->ret < 0)
		return ex->ret;
	/* To the end even after a failure: one dump at a time per socket. */
	while (!ex->complete && !(ex->early && ex->cb_done)) {
		const struct nlmsghdr *message;
		size_t offset = 0;
		int len = cni_nl_receive(nl, CNI_NL_ANSWER_MS, ex->reterr);

		if (len < 0)
			return len;
		while ((message = cni_nl_message(nl->buffer, (size_t)len,
						 &offset)))
			if (message->nlmsg_pid == nl->portid &&
			    message->nlmsg_seq - ex->first_seq < req->count)
				take_message(ex, message);
			else
				nl->skipped = true;
	}
	return ex->ret;
}

int cni_nl_talk(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr)
{
	struct exchange ex = {
		.req = req, .cb = cb, .data = data, .reterr = reterr
	};

	return exchange(nl, &ex);
}

static int dump(struct cni_nl *nl, struct exchange *template)
{
	struct nlmsghdr *header = (void *)template->req->bytes;
	struct cni_error *reterr = template->reterr;
	int attempt;

	assert(template->req->count <= 1);
	header->nlmsg_flags |= NLM_F_DUMP;
	header->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	for (attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		struct exchange ex = *template;
		int ret = ex.cb(NULL, ex.data);

		if (ret < 0)
			return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
					       "dump");
		ret = exchange(nl, &ex);
		if (ret == 0 && ex.early && ex.cb_done)
			return 1;
		if (ret < 0 || !ex.interrupted)
			return ret;
	}
	return cni_error_set(reterr, CNI_CODE_TRY_AGAIN, EAGAIN,
			     "the kernel's list kept changing while it was "
			     "read %d times, try again later",
			     DUMP_ATTEMPTS);
}

int cni_nl_dump(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr)
{
	struct exchange ex = {
		.req = req, .cb = cb, .data = data, .reterr = reterr
	};

	return dump(nl, &ex);
}

int cni_nl_find(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr)
{
	struct exchange ex = { .req = req,
			       .cb = cb,
			       .data = data,
			       .reterr = reterr,
			       .early = true };

	return dump(nl, &ex);
}
