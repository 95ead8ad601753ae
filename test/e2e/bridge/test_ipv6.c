/* SPDX-License-Identifier: Apache-2.0 */
/* test_ipv6.c - IPv6: no delay, no rogue routers, hosts without it */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "e2e.h"

struct advertisement {
	struct nd_router_advert header;
	struct nd_opt_prefix_info prefix;
};

/* From @netns to all nodes on @ifname: default router, prefix for addresses */
static void advertise(int netns, int back, const char *ifname,
		      const char *prefix)
{
	struct advertisement ra = {
		.header.nd_ra_hdr.icmp6_type = ND_ROUTER_ADVERT,
		.header.nd_ra_router_lifetime = htons(1800),
		.prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION,
		.prefix.nd_opt_pi_len = 4,
		.prefix.nd_opt_pi_prefix_len = 64,
		.prefix.nd_opt_pi_flags_reserved = 0xc0,
		.prefix.nd_opt_pi_valid_time = htonl(3600),
		.prefix.nd_opt_pi_preferred_time = htonl(3600),
	};
	struct sockaddr_in6 all_nodes = { .sin6_family = AF_INET6 };
	int hops = 255;
	int index;
	int fd;

	assert_int_equal(
		inet_pton(AF_INET6, prefix, &ra.prefix.nd_opt_pi_prefix), 1);
	assert_int_equal(inet_pton(AF_INET6, "ff02::1", &all_nodes.sin6_addr),
			 1);
	assert_int_equal(setns(netns, CLONE_NEWNET), 0);
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	index = (int)if_nametoindex(ifname);
	assert_int_equal(setns(back, CLONE_NEWNET), 0);
	assert_true(fd >= 0 && index > 0);
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
			 sizeof(hops));
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
			 sizeof(index));
	assert_int_equal(sendto(fd, &ra, sizeof(ra), 0,
				(struct sockaddr *)&all_nodes,
				sizeof(all_nodes)),
			 sizeof(ra));
	(void)close(fd);
}

/* Polls, since the kernel handles advertisements in its own time. */
static int eventually(int netns, const char *command)
{
	for (int i = 0; i < 150; i++) {
		if (netns_sh_status(netns, "%s", command) == 0)
			return 1;
		(void)usleep(20000);
	}
	return 0;
}

static void the_gateway_of_a_fresh_bridge_answers_at_once(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_no_output("ip -6 addr show dev cni0 scope global", "tentative",
			 NULL);
	assert_no_output("ip -n p0 -6 addr show dev eth0", "tentative", NULL);
	assert_true(e2e_ping_at_once(e2e->pods[0], "fd00:1::1"));
}

static void rogue_advertisements_change_nothing(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	/* IPv4 only: the host does not forward IPv6 and would listen. */
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	assert_true(eventually(e2e->pods[0], "ip -6 addr show dev eth0 | "
					     "grep -q 'fe80.*'"));
	advertise(e2e->pods[0], e2e->host, "eth0", "2001:db8:bad::");
	(void)usleep(300000);
	assert_no_output("ip -6 addr; ip -6 route", "2001:db8:bad", NULL);
	assert_no_output("ip -n p1 -6 addr; ip -n p1 -6 route", "2001:db8:bad",
			 NULL);
	netns_sh(e2e->pods[1], "test $(cat /proc/sys/net/ipv6/conf/eth0/"
			       "accept_ra) = 0");
	sh("test $(cat /proc/sys/net/ipv6/conf/cni0/accept_ra) = 0");
}

/* An ADD may be killed before this, and others set it for all interfaces. */
static void every_add_makes_the_bridge_refuse_them(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	sh("sysctl -qw net.ipv6.conf.cni0.accept_ra=1");
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	sh("test $(cat /proc/sys/net/ipv6/conf/cni0/accept_ra) = 0");
}

static void a_pod_without_our_care_would_believe_them(void **state)
{
	struct e2e *e2e = *state;

	/* The counter-proof for the test above. */
	sh("ip link add br0 type bridge && ip link set br0 up && "
	   "sysctl -qw net.ipv6.conf.br0.accept_dad=0 && "
	   "ip link add h0 master br0 type veth peer name eth0 netns p0 && "
	   "ip -n p0 link set eth0 up && ip link set h0 up");
	assert_true(eventually(e2e->pods[0],
			       "ip -6 addr show dev eth0 | grep fe80 | "
			       "grep -qv tentative"));
	advertise(e2e->pods[0], e2e->host, "eth0", "2001:db8:bad::");
	assert_true(eventually(e2e->host, "ip -6 addr show dev br0 | "
					  "grep -q 2001:db8:bad"));
}

static void the_uplink_keeps_its_learned_routes(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("ip link add up0 type veth peer name r0 netns p3 && "
	   "sysctl -qw net.ipv6.conf.up0.accept_dad=0 && "
	   "ip netns exec p3 sysctl -qw net.ipv6.conf.r0.accept_dad=0 && "
	   "ip link set up0 up && ip -n p3 link set r0 up");
	assert_true(eventually(e2e->pods[3],
			       "ip -6 addr show dev r0 | grep -q fe80"));
	advertise(e2e->pods[3], e2e->host, "r0", "2001:db8:600d::");
	assert_true(eventually(e2e->host,
			       "ip -6 route | grep -q 'default.*up0.*ra'"));
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	sh("test $(cat /proc/sys/net/ipv6/conf/all/forwarding) = 1 && "
	   "test $(cat /proc/sys/net/ipv6/conf/up0/accept_ra) = 2");
	sh("ip -6 route | grep -q 'default.*up0.*ra'");
	/* And the next advertisement is taken as well. */
	sh("ip -6 route del default");
	advertise(e2e->pods[3], e2e->host, "r0", "2001:db8:600d::");
	assert_true(eventually(e2e->host,
			       "ip -6 route | grep -q 'default.*up0.*ra'"));
}

static void ipv6_is_enabled_in_the_pod_and_on_the_bridge(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("ip netns exec p0 sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
	   "net.ipv6.conf.default.disable_ipv6=1");
	sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24 fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_true(e2e_ping(e2e->pods[0], "fd00:1::1"));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
}

static void ipv4_works_with_ipv6_disabled(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
	   "net.ipv6.conf.default.disable_ipv6=1");
	sh("ip netns exec p0 sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
	   "net.ipv6.conf.default.disable_ipv6=1");
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isDefaultGateway\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	netns_sh(e2e->pods[0], "test $(cat /proc/sys/net/ipv6/conf/eth0/"
			       "disable_ipv6) = 1");
	e2e_del(e2e, "c1", 0, conf);
}

/* As on a kernel booted with ipv6.disable=1. */
static void ipv4_works_without_ipv6_in_proc(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("mount -t tmpfs none /proc/sys/net/ipv6");
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isDefaultGateway\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	e2e_del(e2e, "c1", 0, conf);
}

static void make_proc_read_only(void)
{
	sh("mount --bind /proc/sys /proc/sys && "
	   "mount -o remount,ro,bind /proc/sys");
}

/* Mounts would be seen by the next test. */
static int teardown_mounts(void **state)
{
	(void)sh_status("umount /proc/sys 2>/dev/null; "
			"umount /proc/sys/net/ipv6 2>/dev/null");
	return e2e_teardown(state);
}

static void read_only_proc_is_enough_when_values_fit(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
	make_proc_read_only();
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24 fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	assert_true(e2e_ping(e2e->pods[0], "fd00:1::1"));
	e2e_del(e2e, "c1", 0, conf);
}

static void read_only_proc_is_refused_when_forwarding_is_off(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	make_proc_read_only();
	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], conf, 999,
		 "failed to enable forwarding");
	assert_int_equal(e2e_leases(e2e, "net"), 0);
	e2e_fail(e2e, "STATUS", "", "", conf, 50,
		 "IPv4 forwarding is off and cannot be switched on");
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(the_gateway_of_a_fresh_bridge_answers_at_once),
		E2E_TEST(rogue_advertisements_change_nothing),
		E2E_TEST(every_add_makes_the_bridge_refuse_them),
		E2E_TEST(a_pod_without_our_care_would_believe_them),
		E2E_TEST(the_uplink_keeps_its_learned_routes),
		E2E_TEST(ipv6_is_enabled_in_the_pod_and_on_the_bridge),
		E2E_TEST(ipv4_works_with_ipv6_disabled),
		cmocka_unit_test_setup_teardown(ipv4_works_without_ipv6_in_proc,
						e2e_setup, teardown_mounts),
		cmocka_unit_test_setup_teardown(
			read_only_proc_is_enough_when_values_fit, e2e_setup,
			teardown_mounts),
		cmocka_unit_test_setup_teardown(
			read_only_proc_is_refused_when_forwarding_is_off,
			e2e_setup, teardown_mounts),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
