/* SPDX-License-Identifier: Apache-2.0 */
/* nl_socket.c - netlink sockets: open, send, receive */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "cni/netlink.h"
#include "nl_internal.h"

/*
 * Receive buffer: what the kernel fills at most with one part of a dump.
 * Source: Documentation/userspace-api/netlink/intro.rst, "Buffer sizing".
 */
#define RECEIVE_SIZE 32768

/* The first part has this size at most, NLMSG_GOODSIZE of the kernel. */
#define BRIEF_SIZE 8192

/*
 * Acknowledgements that fit the default receive buffer (net.core.rmem_default,
 * 208 KiB) with room to spare: each occupies less than 1 KiB of it.
 */
#define ANSWERS_FIT 100
#define ANSWER_SIZE 1024

/*
 * The buffers of the first sockets, so that a plugin, which has two or three,
 * need not ask the kernel for memory.  Only pages received into are in use.
 */
#define BUFFERS 3
static _Alignas(struct nlmsghdr) uint8_t buffers[BUFFERS][RECEIVE_SIZE];
static atomic_flag buffer_taken[BUFFERS] = { ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT,
					     ATOMIC_FLAG_INIT };

static void *take_buffer(void)
{
	for (size_t i = 0; i < BUFFERS; i++)
		if (!atomic_flag_test_and_set(&buffer_taken[i]))
			return buffers[i];
	return malloc(RECEIVE_SIZE);
}

static void give_buffer(void *buffer)
{
	for (size_t i = 0; i < BUFFERS; i++)
		if (buffer == buffers[i]) {
			atomic_flag_clear(&buffer_taken[i]);
			return;
		}
	free(buffer);
}

int cni_nl_failure(struct cni_error *reterr, const char *what)
{
	int code = CNI_CODE_INTERNAL;

	if (errno == ENOBUFS)
		code = CNI_CODE_TRY_AGAIN;
	if (errno == EPROTONOSUPPORT)
		code = CNI_CODE_KERNEL_FEATURE;
	return cni_error_errno(reterr, code, errno, "netlink: %s", what);
}

static int bind_socket(struct cni_nl *nl)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(name);

	if (bind(nl->fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    getsockname(nl->fd, (struct sockaddr *)&name, &len) < 0)
		return -1;
	nl->portid = name.nl_pid;
	return 0;
}

int cni_nl_open(struct cni_nl *nl, int protocol, struct cni_error *reterr)
{
	/* Absent before Linux 4.12, 4.2 and 4.20; good to have, not needed. */
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK,
				       NETLINK_GET_STRICT_CHK };
	struct cni_nl opened = { .protocol = protocol };
	size_t i;
	int ret;

	opened.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (opened.fd < 0)
		return cni_nl_failure(reterr, "open socket");
	for (i = 0; i < MNL_ARRAY_SIZE(options); i++)
		(void)setsockopt(opened.fd, SOL_NETLINK, options[i],
				 &(int) { 1 }, sizeof(int));
	if (bind_socket(&opened) < 0) {
		ret = cni_nl_failure(reterr, "bind socket");
		(void)close(opened.fd);
		return ret;
	}
	*nl = opened;
	return 0;
}

void cni_nl_close(struct cni_nl *nl)
{
	if (nl->portid)
		(void)close(nl->fd);
	give_buffer(nl->buffer);
	memset(nl, 0, sizeof(*nl));
}

static ssize_t send_bytes(const struct cni_nl *nl, void *bytes, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct iovec iov = { .iov_base = bytes, .iov_len = len };
	struct msghdr msg = { .msg_name = &kernel,
			      .msg_namelen = sizeof(kernel),
			      .msg_iov = &iov,
			      .msg_iovlen = 1 };
	ssize_t sent;

	do
		sent = sendmsg(nl->fd, &msg, 0);
	while (sent < 0 && errno == EINTR);
	return sent;
}

int cni_nl_send(struct cni_nl *nl, void *bytes, size_t len,
		unsigned int answers, struct cni_error *reterr)
{
	ssize_t sent;

	if (answers > ANSWERS_FIT)
		(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE,
				 &(int) { (int)answers * ANSWER_SIZE * 2 },
				 sizeof(int));
	sent = send_bytes(nl, bytes, len);
	if (sent < 0 && errno == EMSGSIZE) {
		/* Longer than net.core.wmem_default allows. */
		(void)setsockopt(nl->fd, SOL_SOCKET, SO_SNDBUFFORCE,
				 &(int) { (int)len * 2 }, sizeof(int));
		sent = send_bytes(nl, bytes, len);
	}
	return sent < 0 ? cni_nl_failure(reterr, "send request") : 0;
}

static int wait_readable(const struct cni_nl *nl, int timeout_ms)
{
	struct pollfd wait = { .fd = nl->fd, .events = POLLIN };
	int64_t deadline = cni_nl_now_ms() + timeout_ms;
	int ret;

	while ((ret = poll(&wait, 1, timeout_ms)) < 0 && errno == EINTR) {
		int64_t left = deadline - cni_nl_now_ms();

		timeout_ms = left > 0 ? (int)left : 0;
	}
	if (ret == 0)
		errno = ETIMEDOUT;
	return ret > 0 ? 0 : -1;
}

int cni_nl_receive(struct cni_nl *nl, int timeout_ms, struct cni_error *reterr)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_len = nl->brief ? BRIEF_SIZE : RECEIVE_SIZE };
	struct msghdr msg = { .msg_name = &from,
			      .msg_iov = &iov,
			      .msg_iovlen = 1 };
	ssize_t len;

	if (!nl->buffer)
		nl->buffer = take_buffer();
	if (!nl->buffer)
		return cni_nl_failure(reterr, "receive");
	iov.iov_base = nl->buffer;
	for (;;) {
		msg.msg_namelen = sizeof(from);
		len = recvmsg(nl->fd, &msg, MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN) {
			if (wait_readable(nl, timeout_ms) < 0)
				return cni_nl_failure(reterr, "receive answer");
			continue;
		}
		if (len < 0 && errno == EINTR)
			continue;
		/* Privileged processes can write to others' sockets. */
		if (len >= 0 && from.nl_pid != 0)
			continue;
		break;
	}
	if (len >= 0 && (msg.msg_flags & MSG_TRUNC)) {
		errno = EMSGSIZE;
		len = -1;
	}
	return len < 0 ? cni_nl_failure(reterr, "receive answer") : (int)len;
}

int64_t cni_nl_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
