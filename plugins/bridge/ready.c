/* SPDX-License-Identifier: Apache-2.0 */
/* ready.c - wait until the kernel really has an IPv6 address */
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "cni/route.h"

#include "ready.h"

/* A worker that takes longer has other problems. */
#define TIMEOUT_MS 1000

struct wait {
	const struct cni_prefix *addrs;
	size_t count;
};

static int are_local(struct cni_nl *nl, void *data, struct cni_error *reterr)
{
	const struct wait *wait = data;

	for (size_t i = 0; i < wait->count; i++) {
		const struct cni_addr *addr = &wait->addrs[i].addr;
		int ret;

		if (addr->family != AF_INET6)
			continue;
		ret = cni_rt_is_local(nl, addr, reterr);
		if (ret <= 0)
			return ret;
	}
	return 1;
}

static int is_new_route(const struct nlmsghdr *message, void *data)
{
	(void)data;
	return !message || message->nlmsg_type == RTM_NEWROUTE;
}

void bridge_await_ready(struct cni_nl *nl, const struct cni_prefix *addrs,
			size_t count)
{
	struct wait wait = { .addrs = addrs, .count = count };
	/* The event about the address itself comes before it is local. */
	const struct cni_nl_watch watch = {
		.group = RTNLGRP_IPV6_ROUTE,
		.look = are_local,
		.about = is_new_route,
		.data = &wait,
	};
	struct cni_error err;

	if (cni_nl_await(nl, &watch, cni_nl_now_ms() + TIMEOUT_MS, &err) < 0)
		cni_warn("wait for IPv6 addresses: %s, ignoring", err.msg);
}
