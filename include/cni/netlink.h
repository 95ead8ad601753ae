/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink.h - requests to the kernel: building, sending, answers, events
 *
 * DOC: Theory of Operation
 *
 * A request is built into a struct cni_nl_req, which holds one or several
 * messages.  The putters return nothing: the first failure is remembered and
 * cni_nl_talk() reports it, so that code which builds a message reads like the
 * message.  Memory beyond the inline bytes is allocated only for long ones.
 *
 *	CNI_CLEANUP(nl_req) struct cni_nl_req req;
 *	struct ifinfomsg *ifi;
 *
 *	cni_nl_req_init(&req);
 *	ifi = cni_nl_begin(&req, RTM_NEWLINK, NLM_F_CREATE, sizeof(*ifi));
 *	ifi->ifi_index = index;
 *	cni_nl_put_u32(&req, IFLA_MTU, 1500);
 *	return cni_nl_talk(nl, &req, NULL, NULL, reterr);
 *
 * The transport asks for extended acks (the kernel's own words end up in
 * `details`), capped acks (the request is not sent back) and strict checking
 * (dumps honour filters, unknown header bits are refused); kernels without
 * them work, too.  Answers are matched by sequence number and port id, so a
 * socket may also be subscribed to multicast groups.  All messages of a
 * request are sent with one sendmsg() and all their acknowledgements are
 * awaited.  A dump that the kernel marks as interrupted is restarted.
 *
 * A socket belongs to the network namespace it was opened in, whatever the
 * process does later.
 */
#ifndef CNI_NETLINK_H
#define CNI_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/ip.h"

struct nlattr;

/**
 * struct cni_nl - a netlink socket; a zeroed one is closed
 * @fd: the descriptor, close-on-exec
 * @protocol: NETLINK_ROUTE, NETLINK_NETFILTER, NETLINK_SOCK_DIAG ...
 * @portid: the kernel's name for the socket; 0 while closed
 * @seq: sequence number of the latest message sent
 * @skipped: reading an answer has passed over something else, maybe an event
 * @buffer: receive buffer, taken by the first receive
 * @brief: take little at a time: the kernel makes a dump's next part as large
 *	as the room that was offered for the one before, wanted or not
 */
struct cni_nl {
	int fd;
	int protocol;
	uint32_t portid;
	uint32_t seq;
	bool skipped;
	void *buffer;
	bool brief;
};

/**
 * cni_nl_open() - open a socket in the current network namespace
 * @nl: filled
 * @protocol: NETLINK_*
 * @reterr: code 999; code 130 when the kernel lacks the protocol
 *
 * Return: 0; -EPROTONOSUPPORT; another negative errno. See also
 * cni_nl_open_at() in cni/netns.h.
 */
int cni_nl_open(struct cni_nl *nl, int protocol, struct cni_error *reterr);

/** cni_nl_close() - close the socket, free its buffer; closed ones are fine */
void cni_nl_close(struct cni_nl *nl);

CNI_DEFINE_CLEANUP(nl, struct cni_nl, cni_nl_close);

/* Bytes a request holds without allocating: the usual one needs 60 to 400. */
#define CNI_NL_INLINE 1024

/**
 * struct cni_nl_req - one or several messages under construction
 * @bytes: @inline_bytes or allocated
 * @len: bytes in use
 * @capacity: bytes available at @bytes
 * @message: offset of the latest message's header
 * @count: number of messages
 * @failed: after a failed cni_nl_talk(): index of the message that the
 *	kernel refused, from 0; @count when the failure concerns none
 * @error: 0 or the negative errno of the first failure of a putter
 * @inline_bytes: the first CNI_NL_INLINE bytes
 *
 * Points into itself: never copy one.
 */
struct cni_nl_req {
	uint8_t *bytes;
	size_t len;
	size_t capacity;
	size_t message;
	unsigned int count;
	unsigned int failed;
	int error;
	uint32_t inline_bytes[CNI_NL_INLINE / sizeof(uint32_t)];
};

/**
 * cni_nl_req_init() - empty a request; needed before its first use
 *
 * With CNI_CLEANUP(nl_req) call it before anything can leave the scope.
 */
void cni_nl_req_init(struct cni_nl_req *req);

/** cni_nl_req_done() - free what a long request allocated */
void cni_nl_req_done(struct cni_nl_req *req);

CNI_DEFINE_CLEANUP(nl_req, struct cni_nl_req, cni_nl_req_done);

/**
 * cni_nl_begin() - append a message
 * @req: the request
 * @type: nlmsg_type
 * @flags: NLM_F_*; NLM_F_REQUEST and NLM_F_ACK are added
 * @family_header_size: size of the structure that follows the header
 *
 * Return: the zeroed family header, to be filled before the next putter is
 * called (it may move). Never NULL: after a failure it is a scrap area.
 */
void *cni_nl_begin(struct cni_nl_req *req, uint16_t type, uint16_t flags,
		   size_t family_header_size);

/**
 * cni_nl_begin_unacked() - append a message that is not acknowledged
 *
 * As cni_nl_begin() without NLM_F_ACK: the begin and end of an nf_tables batch,
 * and a single question that is answered by one object or an error.  The kernel
 * may still answer such a message with an error.
 */
void *cni_nl_begin_unacked(struct cni_nl_req *req, uint16_t type,
			   uint16_t flags, size_t family_header_size);

/** cni_nl_put() - append an attribute of @len bytes */
void cni_nl_put(struct cni_nl_req *req, uint16_t type, const void *data,
		size_t len);

/** cni_nl_put_flag() - append an attribute without payload */
void cni_nl_put_flag(struct cni_nl_req *req, uint16_t type);

/** cni_nl_put_u8() - append one byte */
void cni_nl_put_u8(struct cni_nl_req *req, uint16_t type, uint8_t value);

/** cni_nl_put_u16() - append 16 bits in host byte order */
void cni_nl_put_u16(struct cni_nl_req *req, uint16_t type, uint16_t value);

/** cni_nl_put_u32() - append 32 bits in host byte order */
void cni_nl_put_u32(struct cni_nl_req *req, uint16_t type, uint32_t value);

/** cni_nl_put_u64() - append 64 bits in host byte order */
void cni_nl_put_u64(struct cni_nl_req *req, uint16_t type, uint64_t value);

/** cni_nl_put_be16() - append 16 bits in network byte order (nfnetlink) */
void cni_nl_put_be16(struct cni_nl_req *req, uint16_t type, uint16_t host);

/** cni_nl_put_be32() - append 32 bits in network byte order (nfnetlink) */
void cni_nl_put_be32(struct cni_nl_req *req, uint16_t type, uint32_t host);

/** cni_nl_put_be64() - append 64 bits in network byte order (nfnetlink) */
void cni_nl_put_be64(struct cni_nl_req *req, uint16_t type, uint64_t host);

/** cni_nl_put_str() - append a string with its NUL */
void cni_nl_put_str(struct cni_nl_req *req, uint16_t type, const char *text);

/** cni_nl_put_addr() - append an address, 4 or 16 bytes, network byte order */
void cni_nl_put_addr(struct cni_nl_req *req, uint16_t type,
		     const struct cni_addr *addr);

/** cni_nl_put_struct() - append @len bytes without attribute header, padded */
void cni_nl_put_struct(struct cni_nl_req *req, const void *data, size_t len);

/**
 * cni_nl_nest_begin() - open a nested attribute
 *
 * NLA_F_NESTED is set, as strict checking demands for newer attributes.
 *
 * Return: what cni_nl_nest_end() needs.
 */
size_t cni_nl_nest_begin(struct cni_nl_req *req, uint16_t type);

/** cni_nl_nest_end() - close the nested attribute opened as @nest */
void cni_nl_nest_end(struct cni_nl_req *req, size_t nest);

/**
 * typedef cni_nl_cb - takes one message of an answer, a dump, or an event
 * @message: validated to be complete; NULL when what came before is void
 *	(a dump starts, or starts over; events were lost)
 * @data: the caller's
 *
 * Return: 0 to go on; negative errno to stop with it; positive to stop with
 * success (the rest of an answer is skipped).
 */
typedef int (*cni_nl_cb)(const struct nlmsghdr *message, void *data);

/**
 * cni_nl_talk() - send a request, await every acknowledgement
 * @nl: the socket
 * @req: the request; its sequence numbers are written here
 * @cb: gets what the kernel answers besides acks (the object asked for, the
 *	echo of NLM_F_ECHO); NULL when nothing is expected
 * @data: handed to @cb
 * @reterr: strerror as message, the kernel's words as details; code 999, or
 *	11 when the kernel is out of buffers (ENOBUFS)
 *
 * Later messages of a refused one are carried out all the same (rtnetlink) or
 * not at all (nf_tables). The first refusal is reported, with its place in
 * @req->failed.
 *
 * Return: 0; -EMSGSIZE or -ENOMEM when the request could not be built; the
 * negative errno of the first refused message; what @cb returned.
 */
int cni_nl_talk(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr);

/**
 * cni_nl_dump() - send a dump request, hand over every entry
 * @nl: the socket
 * @req: a request with one message; NLM_F_DUMP is added
 * @cb: called with NULL before the first entry and again whenever the dump
 *	has to start over
 * @data: handed to @cb
 * @reterr: code 999; 11 after 50 interrupted attempts
 *
 * Return: 0; -EAGAIN interrupted 50 times; another negative errno.
 * Source: Documentation/userspace-api/netlink/intro.rst, "Dump consistency".
 */
int cni_nl_dump(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr);

/**
 * cni_nl_find() - search a dump, read no further than to the first match
 * @nl: an open socket; close it afterwards: the kernel goes on dumping
 * @req: as for cni_nl_dump()
 * @cb: returns a positive number for the entry looked for
 * @data: handed to @cb
 * @reterr: as for cni_nl_dump()
 *
 * Return: 1 when @cb found it; 0; otherwise as cni_nl_dump().
 */
int cni_nl_find(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		void *data, struct cni_error *reterr);

/**
 * cni_nl_join() - subscribe to a multicast group
 * @nl: the socket
 * @group: RTNLGRP_*, NFNLGRP_*
 * @reterr: code 999
 *
 * While subscribed, a socket whose events nobody takes may fail requests with
 * ENOBUFS: leave as soon as there is nothing to wait for.
 *
 * Return: 0 or a negative errno.
 */
int cni_nl_join(struct cni_nl *nl, unsigned int group,
		struct cni_error *reterr);

/** cni_nl_leave() - unsubscribe, throw away the events not taken yet */
void cni_nl_leave(struct cni_nl *nl, unsigned int group);

/**
 * cni_nl_wait() - take events until one is the right one
 * @nl: a subscribed socket
 * @deadline_ms: on cni_nl_now_ms()'s clock
 * @cb: returns a positive number for the right one; called with NULL when
 *	events were lost, to look for itself
 * @data: handed to @cb
 * @reterr: code 999
 *
 * @cb must not use @nl.
 *
 * Return: 0; -ETIMEDOUT; what @cb returned; another negative errno.
 */
int cni_nl_wait(struct cni_nl *nl, int64_t deadline_ms, cni_nl_cb cb,
		void *data, struct cni_error *reterr);

/**
 * struct cni_nl_watch - a condition, and the events that may make it true
 * @group: multicast group of the events
 * @look: asks the kernel; 1 the condition holds, 0 not yet, negative errno
 * @about: returns a positive number for events after which to look again
 * @data: handed to both
 */
struct cni_nl_watch {
	unsigned int group;
	int (*look)(struct cni_nl *nl, void *data, struct cni_error *reterr);
	cni_nl_cb about;
	void *data;
};

/**
 * cni_nl_await() - wait until a condition holds
 * @nl: the socket, not subscribed before and afterwards
 * @watch: what to wait for
 * @deadline_ms: on cni_nl_now_ms()'s clock
 * @reterr: code 999
 *
 * Looks first and subscribes only if it has to wait. No event is missed, and
 * lost ones only cause another look.
 *
 * Return: 0; -ETIMEDOUT; what @watch->look returned; another negative errno.
 */
int cni_nl_await(struct cni_nl *nl, const struct cni_nl_watch *watch,
		 int64_t deadline_ms, struct cni_error *reterr);

/** cni_nl_now_ms() - milliseconds of CLOCK_MONOTONIC */
int64_t cni_nl_now_ms(void);

/**
 * cni_nl_parse() - index a message's attributes by type
 * @message: the message
 * @header_size: size of its family header
 * @table: entry [type] points to the last attribute of that type, or is NULL
 * @count: entries of @table; attributes of higher types are ignored
 *
 * Payload sizes are for the caller to check: use the getters below.
 *
 * Return: 0; -EBADMSG when an attribute does not fit.
 */
int cni_nl_parse(const struct nlmsghdr *message, size_t header_size,
		 const struct nlattr **table, size_t count);

/** cni_nl_parse_nested() - as cni_nl_parse(), of a nested attribute */
int cni_nl_parse_nested(const struct nlattr *nest, const struct nlattr **table,
			size_t count);

/**
 * typedef cni_nl_attr_cb - takes one attribute
 * @attr: validated to be complete
 * @data: the caller's
 *
 * Return: 0 to go on; anything else stops and is returned.
 */
typedef int (*cni_nl_attr_cb)(const struct nlattr *attr, void *data);

/**
 * cni_nl_each() - hand over a message's attributes in order
 * @message: the message
 * @header_size: size of its family header
 * @cb: the function
 * @data: handed to @cb
 *
 * For lists, in which a type occurs more than once.
 *
 * Return: what @cb returned last; -EBADMSG when an attribute does not fit.
 */
int cni_nl_each(const struct nlmsghdr *message, size_t header_size,
		cni_nl_attr_cb cb, void *data);

/** cni_nl_each_nested() - as cni_nl_each(), of a nested attribute */
int cni_nl_each_nested(const struct nlattr *nest, cni_nl_attr_cb cb,
		       void *data);

/** cni_nl_get_u8() - value; @otherwise when absent or of another size */
uint8_t cni_nl_get_u8(const struct nlattr *attr, uint8_t otherwise);

/** cni_nl_get_u16() - value; @otherwise when absent or of another size */
uint16_t cni_nl_get_u16(const struct nlattr *attr, uint16_t otherwise);

/** cni_nl_get_u32() - value; @otherwise when absent or of another size */
uint32_t cni_nl_get_u32(const struct nlattr *attr, uint32_t otherwise);

/** cni_nl_get_s32() - value; @otherwise when absent or of another size */
int32_t cni_nl_get_s32(const struct nlattr *attr, int32_t otherwise);

/**
 * cni_nl_get_str() - copy a string out of an attribute
 * @attr: the attribute, may be NULL
 * @ret_text: always NUL-terminated; "" when absent
 * @size: bytes at @ret_text; longer strings are cut
 */
void cni_nl_get_str(const struct nlattr *attr, char *ret_text, size_t size);

/** cni_nl_get_addr() - address of 4 or 16 bytes; "no address" otherwise */
struct cni_addr cni_nl_get_addr(const struct nlattr *attr);

#endif /* CNI_NETLINK_H */
