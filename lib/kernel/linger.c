/* SPDX-License-Identifier: Apache-2.0 */
/* linger.c - let a child wait for the kernel's grace periods */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cni/linger.h"
#include "cni/link.h"
#include "nl_internal.h"

/* A request that deletes a link has 32 bytes. */
#define JOB_MAX 128

/* What a job without request is made of: a packet without bytes is the end. */
#define JUST_CLOSE "-"

/* Room for one descriptor in a control message, aligned. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* One child serves the whole process: every deletion of a verb. */
static struct {
	int fd; /* our end of a socket pair; valid when pid is */
	pid_t pid;
} child;

/* ---- the child ---- */

/*
 * Nothing of the parent's may be kept open, alive or busy by the child, and
 * nothing the runtime blocked or ignored may keep the child alive.
 */
static void detach(int fd)
{
	sigset_t none;

	(void)signal(SIGALRM, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)alarm(CNI_LINGER_MAX_S);
	if (fd != STDIN_FILENO)
		(void)dup2(fd, STDIN_FILENO);
	if (syscall(SYS_close_range, 1U, ~0U, 0U) < 0)
		for (fd = 1; fd < 1024; fd++)
			(void)close(fd);
	(void)setsid();
	(void)!chdir("/");
}

/* Return: bytes of the request; 0 when the parent has ended. */
static ssize_t take_job(char request[JOB_MAX], int *ret_fd)
{
	struct iovec iov = { .iov_base = request, .iov_len = JOB_MAX };
	union control control;
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	const struct cmsghdr *header;
	ssize_t len;

	*ret_fd = -1;
	do
		len = recvmsg(STDIN_FILENO, &msg, 0);
	while (len < 0 && errno == EINTR);
	header = len > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
	return len;
}

static _Noreturn void serve(int fd)
{
	char request[JOB_MAX];
	int job;
	ssize_t len;

	detach(fd);
	while ((len = take_job(request, &job)) > 0) {
		if (len > 1)
			(void)send(job, request, (size_t)len, 0);
		(void)close(job);
	}
	_exit(0);
}

/* ---- the parent ---- */

static int start_child(void)
{
	int pair[2];
	pid_t pid;

	if (child.pid)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		serve(pair[1]);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return -EAGAIN;
	}
	child.fd = pair[0];
	child.pid = pid;
	return 0;
}

void cni_linger_finish(void)
{
	if (!child.pid)
		return;
	(void)close(child.fd);
	while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR)
		;
	child.pid = 0;
}

static int send_job(int fd, const void *request, size_t len)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)request,
			     .iov_len = len };
	union control control = { .header = {
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS,
					  .cmsg_len = CMSG_LEN(sizeof(fd)),
				  } };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	/* A full queue is a busy child: not worth the wait. */
	return sendmsg(child.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno
									: 0;
}

/* To the child, of which there may be a second one when time was up. */
static int hand_over(int fd, const void *request, size_t len)
{
	int ret = start_child();

	if (ret == 0)
		ret = send_job(fd, request, len);
	if (ret != -EPIPE && ret != -ECONNRESET)
		return ret;
	cni_linger_finish();
	ret = start_child();
	return ret < 0 ? ret : send_job(fd, request, len);
}

void cni_linger_close(struct cni_nl *nl)
{
	/*
	 * From here on the packet holds the socket, so that the close is not
	 * the last one, even if the child never gets to take it.
	 */
	if (nl->portid)
		(void)hand_over(nl->fd, JUST_CLOSE, 1);
	cni_nl_close(nl);
}

/* Is it about to be all the same?  1 gone; -errno refused; 0 something else. */
static int verdict(const struct nlmsghdr *message,
		   const struct nlmsghdr *request)
{
	const struct ifinfomsg *asked = mnl_nlmsg_get_payload(request);
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type == NLMSG_ERROR &&
	    message->nlmsg_seq == request->nlmsg_seq &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(*error))
		return error->error ? error->error : 1;
	/* AF_BRIDGE: it only left its bridge. */
	return message->nlmsg_type == RTM_DELLINK &&
	       mnl_nlmsg_get_payload_len(message) >= sizeof(*ifi) &&
	       ifi->ifi_family == AF_UNSPEC &&
	       ifi->ifi_index == asked->ifi_index;
}

static int take_messages(struct cni_nl *nl, const struct nlmsghdr *request)
{
	int len = cni_nl_receive(nl, CNI_NL_ANSWER_MS, NULL);
	const struct nlmsghdr *message = nl->buffer;
	int ret = len < 0 ? len : 0;

	for (; ret == 0 && len > 0 && mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len))
		ret = verdict(message, request);
	return ret;
}

/* Return: 0 the interface is gone; a negative errno when that is not known. */
static int await_gone(struct cni_nl *nl, const struct nlmsghdr *request)
{
	const int64_t deadline = cni_nl_now_ms() + CNI_NL_ANSWER_MS;
	struct pollfd polled[2] = { { .fd = nl->fd, .events = POLLIN },
				    { .fd = child.fd, .events = 0 } };
	int ret = 0;

	while (ret == 0) {
		int64_t left = deadline - cni_nl_now_ms();

		ret = left > 0 ? poll(polled, 2, (int)left) : 0;
		if (ret == 0)
			return -ETIMEDOUT;
		if (ret < 0)
			ret = errno == EINTR ? 0 : -errno;
		else if (polled[0].revents)
			ret = take_messages(nl, request);
		else
			ret = -ECHILD;
	}
	return ret < 0 ? ret : 0;
}

/* @ret_handed: the child may have done it, whatever is returned. */
static int delete_by_child(struct cni_nl *nl, uint32_t index, bool *ret_handed)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct nlmsghdr *request;
	struct ifinfomsg *ifi;
	int ret;

	cni_nl_req_init(&req);
	ifi = cni_nl_begin_unacked(&req, RTM_DELLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	request = (void *)req.bytes;
	request->nlmsg_seq = ++nl->seq;
	request->nlmsg_pid = nl->portid;
	ret = cni_nl_join(nl, RTNLGRP_LINK, NULL);
	if (ret < 0)
		return ret;
	ret = hand_over(nl->fd, request, request->nlmsg_len);
	*ret_handed = ret == 0;
	if (ret == 0)
		ret = await_gone(nl, request);
	cni_nl_leave(nl, RTNLGRP_LINK);
	return ret;
}

int cni_linger_delete_link(struct cni_nl *nl, uint32_t index,
			   struct cni_error *reterr)
{
	bool handed = false;
	int by_child = delete_by_child(nl, index, &handed);
	int ret;

	if (by_child == 0)
		return 0;
	/* Nobody did it, or in the kernel's words why it cannot be done. */
	ret = cni_link_delete_index(nl, index, reterr);
	/* Gone by now, but the child was not told that it already was. */
	if (ret == -ENODEV && handed && by_child != -ENODEV)
		return 0;
	return ret;
}
