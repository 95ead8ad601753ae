/* SPDX-License-Identifier: Apache-2.0 */
/* masq_world.c - two bridges with pods, and a peer beyond the uplink */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"
#include "masq_world.h"
#include "node.h"

/* Neighbours are asked from the link-local address, which DAD holds back. */
#define NO_DAD_IN                                                         \
	"ip netns exec %s sysctl -qw net.ipv6.conf.default.accept_dad=0 " \
	"net.ipv6.conf.all.accept_dad=0"

static void add_pod(const char *pod, const char *bridge, const char *net,
		    int host)
{
	sh("ip netns add %s && " NO_DAD_IN
	   " && ip link add v%s type veth peer name eth0 netns "
	   "%s && ip link set v%s master %s up && "
	   "ip -n %s link set lo up && ip -n %s link set eth0 up && "
	   "ip -n %s addr add 10.%s.0.%d/24 dev eth0 && "
	   "ip -n %s addr add fd00:%s::%d/64 dev eth0 nodad && "
	   "ip -n %s route add default via 10.%s.0.1 && "
	   "ip -n %s route add default via fd00:%s::1",
	   pod, pod, pod, pod, pod, bridge, pod, pod, pod, net, host, pod, net,
	   host, pod, net, pod, net);
}

static void add_bridge(const char *bridge, const char *net)
{
	sh("ip link add %s type bridge && ip link set %s up && "
	   "ip addr add 10.%s.0.1/24 dev %s && "
	   "ip addr add fd00:%s::1/64 dev %s nodad",
	   bridge, bridge, net, bridge, net, bridge);
}

static void serve(const char *netns)
{
	for (int i = 0; i < 2; i++)
		sh("ip netns exec %s socat TCP%d-LISTEN:9000,fork,reuseaddr%s "
		   "'SYSTEM:echo $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &",
		   netns, i ? 6 : 4, i ? ",ipv6only=1" : "");
	/* Listening sockets, not sleep: the test may start at once. */
	sh("for i in $(seq 100); do "
	   "[ $(ip netns exec %s ss -Hltn sport = 9000 | wc -l) = 2 ] && exit; "
	   "sleep 0.05; done; exit 1",
	   netns);
}

int world_setup(void **state)
{
	(void)state;
	node_enter();
	sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 "
	   "net.ipv6.conf.all.accept_dad=0");
	add_bridge("br0", "1");
	add_bridge("br1", "2");
	add_pod("pod1", "br0", "1", 2);
	add_pod("pod2", "br0", "1", 3);
	add_pod("podx", "br1", "2", 2);
	sh("ip netns add lan && " NO_DAD_IN
	   " && ip link add up0 type veth peer name eth0 netns "
	   "lan && ip link set up0 up && ip -n lan link set lo up && "
	   "ip -n lan link set eth0 up && ip addr add 192.0.2.1/24 dev up0 && "
	   "ip addr add 2001:db8::1/64 dev up0 nodad && "
	   "ip -n lan addr add 192.0.2.2/24 dev eth0 && "
	   "ip -n lan addr add 2001:db8::2/64 dev eth0 nodad && "
	   "ip -n lan route add 10.0.0.0/8 via 192.0.2.1 && "
	   "ip -n lan route add fd00::/16 via 2001:db8::1",
	   "lan");
	serve("pod2");
	serve("podx");
	serve("lan");
	return 0;
}

int world_teardown(void **state)
{
	(void)state;
	sh("for n in pod1 pod2 podx lan; do "
	   "pids=$(ip netns pids $n); [ -z \"$pids\" ] || kill $pids; done");
	return 0;
}

/* Waiting in vain takes all of the time, so it is short where that is wanted.
 */
#define WAIT_VAIN_S 1
#define WAIT_SURE_S 20

static char *seen_from(const char *netns, const char *destination, int wait_s)
{
	bool ipv6 = strchr(destination, ':') != NULL;
	char *seen;

	seen = sh_output("ip netns exec %s socat -u -T20 "
			 "TCP%d:%s%s%s:9000,connect-timeout=%d - "
			 "2>/dev/null </dev/null; true",
			 netns, ipv6 ? 6 : 4, ipv6 ? "[" : "", destination,
			 ipv6 ? "]" : "", wait_s);
	seen[strcspn(seen, "\n")] = '\0';
	return seen;
}

/* socat writes IPv6 in full. */
static void normalise(char *text, size_t size)
{
	char copy[INET6_ADDRSTRLEN + 2];
	struct in6_addr addr;
	size_t len = strlen(text);

	if (text[0] != '[' || len - 2 >= sizeof(copy))
		return;
	memcpy(copy, text + 1, len - 2);
	copy[len - 2] = '\0';
	if (inet_pton(AF_INET6, copy, &addr) == 1)
		(void)inet_ntop(AF_INET6, &addr, text, (socklen_t)size);
}

void assert_seen(const char *netns, const char *destination, const char *want)
{
	char *raw = seen_from(netns, destination,
			      want[0] ? WAIT_SURE_S : WAIT_VAIN_S);
	char text[INET6_ADDRSTRLEN + 8] = "";

	(void)snprintf(text, sizeof(text), "%s", raw);
	free(raw);
	normalise(text, sizeof(text));
	assert_string_equal(text, want);
}

static void send_segment(const char *source, const char *destination)
{
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} packet = {
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_TCP },
		.tcp = { .source = htons(4000),
			 .dest = htons(9000),
			 .doff = 5,
			 .syn = 1,
			 .fin = 1 },
	};
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	packet.ip.tot_len = htons(sizeof(packet));
	packet.ip.saddr = inet_addr(source);
	packet.ip.daddr = inet_addr(destination);
	to.sin_addr.s_addr = packet.ip.daddr;
	if (fd < 0 || sendto(fd, &packet, sizeof(packet), 0,
			     (struct sockaddr *)&to, sizeof(to)) < 0)
		_exit(1);
	_exit(0);
}

void send_invalid(const char *netns, const char *source,
		  const char *destination)
{
	char path[64];
	int status = 0;
	pid_t pid;
	int fd;

	(void)snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setns(fd, CLONE_NEWNET) < 0)
			_exit(2);
		send_segment(source, destination);
	}
	(void)close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}
