/* SPDX-License-Identifier: Apache-2.0 */
/* node.c - private network namespaces in which the benchmark's calls run */
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node.h"

static int home = -1;

static int open_own_netns(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("open own network namespace");
	return fd;
}

void node_enter(int netns)
{
	if (home < 0)
		home = open_own_netns();
	if (setns(netns, CLONE_NEWNET))
		die("setns");
}

void node_leave(void)
{
	if (setns(home, CLONE_NEWNET))
		die("setns");
}

int node_new_netns(void)
{
	int fd;

	if (home < 0)
		home = open_own_netns();
	if (unshare(CLONE_NEWNET))
		die("unshare (root is needed)");
	fd = open_own_netns();
	node_leave();
	return fd;
}

void node_netns_path(int netns, char path[static 64])
{
	(void)snprintf(path, 64, "/proc/%d/fd/%d", getpid(), netns);
}

void node_shell(int netns, const char *format, ...)
{
	char command[4096];
	va_list args;
	int status;

	va_start(args, format);
	(void)vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	node_enter(netns);
	status = system(command);
	node_leave();
	if (status)
		die("failed: %s", command);
}

void node_setup(struct variant *variant, const char *top)
{
	char path[64];

	(void)snprintf(variant->dir, sizeof(variant->dir), "%s/%s", top,
		       variant->name);
	if (mkdir(variant->dir, 0700))
		die("mkdir %s", variant->dir);
	variant->netns = node_new_netns();
	variant->lan = node_new_netns();
	node_netns_path(variant->lan, path);
	node_shell(variant->netns,
		   "ip link set lo up && "
		   "ip link add uplink type veth peer name eth0 netns %s && "
		   "ip addr add 192.0.2.1/24 dev uplink && "
		   "ip link set uplink up && "
		   "ip route add default via 192.0.2.2 && "
		   "sysctl -qw net.ipv4.ip_forward=1",
		   path);
	node_shell(variant->lan, "ip link set lo up && "
				 "ip addr add 192.0.2.2/24 dev eth0 && "
				 "ip link set eth0 up");
}

void node_done(struct variant *variant)
{
	(void)close(variant->netns);
	(void)close(variant->lan);
}
