/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_netlink.c - what comes back through a netlink socket
 *
 * The first byte chooses the operation; then follow datagrams, each with its
 * length in two bytes, low byte first.  Sequence numbers and port ids are made
 * to fit, or nothing would get past them.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/addr.h"
#include "cni/bridge.h"
#include "cni/link.h"
#include "cni/netlink.h"
#include "cni/route.h"
#include "fuzz.h"

#define PORTID 4711

static const uint8_t *input;
static size_t input_len;
static uint32_t last_seq;

/* These three replace the C library's. */
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct nlmsghdr *header = msg->msg_iov[0].iov_base;

	(void)fd;
	(void)flags;
	last_seq = header->nlmsg_seq;
	return (ssize_t)msg->msg_iov[0].iov_len;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds;
	(void)count;
	(void)timeout;
	return 0;
}

/* Sequence number and port id of each message in the datagram. */
static void make_ours(uint8_t *bytes, size_t len)
{
	struct nlmsghdr header;

	while (len >= sizeof(header)) {
		memcpy(&header, bytes, sizeof(header));
		header.nlmsg_seq = last_seq;
		header.nlmsg_pid = PORTID;
		memcpy(bytes, &header, sizeof(header));
		header.nlmsg_len = (header.nlmsg_len + 3) & ~3U;
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > len)
			return;
		bytes += header.nlmsg_len;
		len -= header.nlmsg_len;
	}
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct iovec *iov = &msg->msg_iov[0];
	size_t len;

	(void)fd;
	(void)flags;
	if (input_len < 2) {
		errno = EAGAIN;
		return -1;
	}
	len = (size_t)(input[0] | input[1] << 8);
	input += 2;
	input_len -= 2;
	if (len > input_len)
		len = input_len;
	msg->msg_flags = len > iov->iov_len ? MSG_TRUNC : 0;
	if (len > iov->iov_len)
		len = iov->iov_len;
	if (len > 0)
		memcpy(iov->iov_base, input, len);
	input += len;
	input_len -= len;
	make_ours(iov->iov_base, len);
	return (ssize_t)len;
}

static int take_port(const struct nlmsghdr *message, void *data)
{
	struct cni_link link;

	(void)data;
	if (message && cni_link_parse(message, &link) == 0)
		fuzz_require(memchr(link.name, 0, sizeof(link.name)) != NULL);
	return 0;
}

static void try_lookup(struct cni_nl *nl, struct cni_error *err)
{
	static const struct cni_addr dst = { AF_INET, { 192, 0, 2, 1 } };
	char text[CNI_RT_STRLEN];
	struct cni_rt rt;

	if (cni_rt_lookup(nl, &dst, &rt, err) == 0)
		fuzz_require(strlen(cni_rt_format(&rt, text)) > 0);
}

static void try_one(struct cni_nl *nl, uint8_t operation, struct cni_error *err)
{
	static const struct cni_rt rt = { .dst.addr.family = AF_INET,
					  .index = 2 };
	CNI_CLEANUP(vlan_list) struct cni_vlan_list vlans = { 0 };
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list addrs = { 0 };
	struct cni_link link;
	bool exists;

	switch (operation % 6) {
	case 0:
		(void)cni_link_get(nl, "eth0", &link, err);
		break;
	case 1:
		(void)cni_ifaddr_get(nl, 2, AF_UNSPEC, &addrs, err);
		break;
	case 2:
		(void)cni_rt_exists(nl, &rt, &exists, err);
		break;
	case 3:
		try_lookup(nl, err);
		break;
	case 4:
		(void)cni_bridge_vlan_list(nl, 2, &vlans, err);
		break;
	default:
		(void)cni_bridge_each_port(nl, 2, take_port, NULL, err);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cni_nl nl = { .fd = -1, .portid = PORTID };
	struct cni_error err = { 0 };

	if (size == 0)
		return 0;
	input = data + 1;
	input_len = size - 1;
	try_one(&nl, data[0], &err);
	fuzz_require(memchr(err.msg, 0, sizeof(err.msg)) != NULL);
	fuzz_require(memchr(err.details, 0, sizeof(err.details)) != NULL);
	nl.portid = 0;
	cni_nl_close(&nl);
	return 0;
}
