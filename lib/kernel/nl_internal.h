/* SPDX-License-Identifier: Apache-2.0 */
/* nl_internal.h - what the parts of the netlink transport share */
#ifndef NL_INTERNAL_H
#define NL_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/netlink.h"

/*
 * How long an answer may take.  rtnetlink and nfnetlink have queued all of it
 * before sendmsg() returns; a plugin must not hang when a kernel loses one.
 */
#define CNI_NL_ANSWER_MS 10000

/* libmnl's macros of these names are of a signed type. */
#define CNI_NL_HEADER	   sizeof(struct nlmsghdr)
#define CNI_NL_ATTR_HEADER sizeof(struct nlattr)

/** cni_nl_align() - round up to netlink's alignment of 4 bytes */
static inline size_t cni_nl_align(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/**
 * cni_nl_message() - the message at a place of a datagram
 * @bytes: start of the datagram, aligned to 4
 * @len: its bytes
 * @offset: the place; moved behind the message
 *
 * libmnl's mnl_nlmsg_ok() compares signed and takes lengths above 2 GiB.
 *
 * Return: a message that is completely there, or NULL.
 */
static inline const struct nlmsghdr *cni_nl_message(const void *bytes,
						    size_t len, size_t *offset)
{
	const struct nlmsghdr *message;

	if (*offset >= len || len - *offset < sizeof(*message))
		return NULL;
	message = (const void *)((const uint8_t *)bytes + *offset);
	if (message->nlmsg_len < sizeof(*message) ||
	    message->nlmsg_len > len - *offset)
		return NULL;
	*offset += cni_nl_align(message->nlmsg_len);
	return message;
}

/** cni_nl_each_of() - as cni_nl_each(), of @len bytes of attributes */
int cni_nl_each_of(const void *bytes, size_t len, cni_nl_attr_cb cb,
		   void *data);

/** cni_nl_failure() - report errno: code 11 for ENOBUFS, 130 for a protocol */
int cni_nl_failure(struct cni_error *reterr, const char *what);

/**
 * cni_nl_send() - send bytes to the kernel in one datagram
 * @nl: the socket
 * @bytes: numbered messages
 * @len: bytes
 * @answers: acknowledgements that will be queued before they can be read
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int cni_nl_send(struct cni_nl *nl, void *bytes, size_t len,
		unsigned int answers, struct cni_error *reterr);

/**
 * cni_nl_receive() - receive one datagram from the kernel into @nl->buffer
 * @nl: the socket
 * @timeout_ms: how long to wait when there is none
 * @reterr: code 999; 11 for -ENOBUFS
 *
 * Return: bytes; -ETIMEDOUT; -ENOBUFS messages were lost; -EMSGSIZE; another
 * negative errno.
 */
int cni_nl_receive(struct cni_nl *nl, int timeout_ms, struct cni_error *reterr);

#endif /* NL_INTERNAL_H */
