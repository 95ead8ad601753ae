/* SPDX-License-Identifier: Apache-2.0 */
/* nl_event.c - subscribing to netlink events and waiting for them */
#include <errno.h>
#include <sys/socket.h>

#include "cni/netlink.h"
#include "nl_internal.h"

int cni_nl_join(struct cni_nl *nl, unsigned int group, struct cni_error *reterr)
{
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)) < 0)
		return cni_nl_failure(reterr, "subscribe to events");
	return 0;
}

/*
 * Empties the queue.  Needed after ENOBUFS: until the queue was empty once, the
 * kernel reports no further loss (NETLINK_S_CONGESTED,
 * net/netlink/af_netlink.c).
 */
static void drain(const struct cni_nl *nl)
{
	ssize_t len;

	do
		len = recv(nl->fd, NULL, 0, MSG_DONTWAIT | MSG_TRUNC);
	while (len >= 0 || errno == EINTR || errno == ENOBUFS);
}

void cni_nl_leave(struct cni_nl *nl, unsigned int group)
{
	(void)setsockopt(nl->fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group,
			 sizeof(group));
	drain(nl);
}

/* Hands one datagram's events to the callback. */
static int take_events(const struct cni_nl *nl, size_t len, cni_nl_cb cb,
		       void *data)
{
	const struct nlmsghdr *message;
	size_t offset = 0;
	int ret = 0;

	while (ret == 0 && (message = cni_nl_message(nl->buffer, len, &offset)))
		if (message->nlmsg_type >= NLMSG_MIN_TYPE)
			ret = cb(message, data);
	return ret;
}

int cni_nl_wait(struct cni_nl *nl, int64_t deadline_ms, cni_nl_cb cb,
		void *data, struct cni_error *reterr)
{
	int ret = 0;

	while (ret == 0) {
		int64_t left = deadline_ms - cni_nl_now_ms();
		int len;

		if (left <= 0) {
			errno = ETIMEDOUT;
			return cni_nl_failure(reterr, "wait for event");
		}
		len = cni_nl_receive(nl, (int)left, reterr);
		if (len == -ENOBUFS) {
			drain(nl);
			ret = cb(NULL, data);
		} else if (len < 0) {
			return len;
		} else {
			ret = take_events(nl, (size_t)len, cb, data);
		}
	}
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "netlink: take event");
	return 0;
}

/* Looks and waits while subscribed. */
static int await_events(struct cni_nl *nl, const struct cni_nl_watch *watch,
			int64_t deadline_ms, struct cni_error *reterr)
{
	for (;;) {
		int ret;

		nl->skipped = false;
		ret = watch->look(nl, watch->data, reterr);
		if (ret == -ENOBUFS && cni_nl_now_ms() < deadline_ms) {
			/* Other interfaces' events took the answer's place. */
			drain(nl);
			continue;
		}
		if (ret != 0)
			return ret;
		/* It may have come between the answer and the end of it. */
		if (nl->skipped && cni_nl_now_ms() < deadline_ms)
			continue;
		ret = cni_nl_wait(nl, deadline_ms, watch->about, watch->data,
				  reterr);
		if (ret < 0)
			return ret;
	}
}

int cni_nl_await(struct cni_nl *nl, const struct cni_nl_watch *watch,
		 int64_t deadline_ms, struct cni_error *reterr)
{
	int ret = watch->look(nl, watch->data, reterr);

	if (ret != 0)
		return ret < 0 ? ret : 0;
	/* And looks again: something may have changed before the join. */
	ret = cni_nl_join(nl, watch->group, reterr);
	if (ret < 0)
		return ret;
	ret = await_events(nl, watch, deadline_ms, reterr);
	cni_nl_leave(nl, watch->group);
	return ret < 0 ? ret : 0;
}
