/* SPDX-License-Identifier: Apache-2.0 */
/* test_conntrack.c - flows of published ports are forgotten, others are not */
#include <netinet/in.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/conntrack.h"
#include "netns_env.h"
#include "table.h"

static struct cni_addr address(const char *text)
{
	struct cni_addr addr;

	assert_int_equal(cni_addr_parse(text, &addr), 0);
	return addr;
}

/* A host with two addresses of its own, and flows of several kinds. */
static void prepare(struct netns_env *env)
{
	if (netns_sh_status(env->host, "command -v conntrack > /dev/null")) {
		print_message("SKIP: no conntrack program here\n");
		skip();
	}
	netns_sh(env->host,
		 "ip link set lo up && ip addr add 192.0.2.1/32 dev lo && "
		 "ip addr add 2001:db8::1/128 dev lo nodad && "
		 "nft add table ip t && nft add chain ip t c '{ type filter "
		 "hook input priority 0; }' && "
		 "nft add rule ip t c ct state established counter");
}

static void flow(struct netns_env *env, const char *protocol, const char *src,
		 const char *dst, int port, const char *answering)
{
	netns_sh(env->host,
		 "conntrack -I -p %s -s %s -d %s --sport 5000 --dport %d "
		 "-r %s -q %s --reply-port-src %d --reply-port-dst 5000 "
		 "-t 100 > /dev/null 2>&1",
		 protocol, src, dst, port, answering, src, port);
}

static void assert_flows(struct netns_env *env, const char *filter, int count)
{
	netns_sh(env->host,
		 "test $(conntrack -L %s 2> /dev/null | wc -l) -eq %d", filter,
		 count);
}

static void only_flows_to_the_nodes_addresses_go(void **state)
{
	struct netns_env *env = *state;
	struct cni_conntrack_port port = { .protocol = IPPROTO_UDP,
					   .port = 53 };

	prepare(env);
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 53, "192.0.2.1");
	flow(env, "udp", "198.51.100.2", "192.0.2.1", 53, "10.0.0.2");
	flow(env, "udp", "198.51.100.1", "203.0.113.9", 53, "203.0.113.9");
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 54, "192.0.2.1");
	assert_int_equal(cni_conntrack_flush(AF_INET, &port, 1, NULL), 2);
	assert_flows(env, "-d 203.0.113.9", 1);
	assert_flows(env, "-d 192.0.2.1", 1);
}

static void only_flows_that_lead_to_the_pod_go(void **state)
{
	struct netns_env *env = *state;
	struct cni_conntrack_port port = { .protocol = IPPROTO_UDP,
					   .port = 53,
					   .pod = address("10.0.0.2") };

	prepare(env);
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 53, "192.0.2.1");
	flow(env, "udp", "198.51.100.2", "192.0.2.1", 53, "10.0.0.2");
	assert_int_equal(cni_conntrack_flush(AF_INET, &port, 1, NULL), 1);
	assert_flows(env, "-d 192.0.2.1", 1);
	assert_flows(env, "-s 198.51.100.1", 1);
}

static void a_published_address_restricts_it(void **state)
{
	struct netns_env *env = *state;
	struct cni_conntrack_port ports[] = {
		{ .protocol = IPPROTO_UDP,
		  .port = 53,
		  .address = address("192.0.2.7") },
		{ .protocol = IPPROTO_UDP,
		  .port = 53,
		  .address = address("192.0.2.8") },
	};

	prepare(env);
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 53, "192.0.2.1");
	flow(env, "udp", "198.51.100.1", "192.0.2.8", 53, "192.0.2.8");
	assert_int_equal(cni_conntrack_flush(AF_INET, ports, 2, NULL), 1);
	assert_flows(env, "-d 192.0.2.1", 1);
	assert_flows(env, "-d 192.0.2.8", 0);
}

static void ipv6_flows_go_too_and_tcp_stays(void **state)
{
	struct netns_env *env = *state;
	struct cni_conntrack_port ports[] = {
		{ .protocol = IPPROTO_UDP, .port = 53 },
		{ .protocol = IPPROTO_TCP, .port = 80 },
	};

	prepare(env);
	flow(env, "udp", "2001:db8::9", "2001:db8::1", 53, "2001:db8::1");
	assert_int_equal(cni_conntrack_flush(AF_INET6, ports, 2, NULL), 1);
	assert_flows(env, "-f ipv6", 0);
}

static void four_hundred_ports_take_one_pass(void **state)
{
	struct netns_env *env = *state;
	static struct cni_conntrack_port ports[400];

	prepare(env);
	for (uint16_t i = 0; i < 400; i++)
		ports[i] = (struct cni_conntrack_port) {
			.protocol = IPPROTO_UDP,
			.port = (uint16_t)(30000 + (i * 7) % 400),
		};
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 30399, "10.0.0.2");
	flow(env, "udp", "198.51.100.1", "192.0.2.1", 30400, "10.0.0.2");
	assert_int_equal(cni_conntrack_flush(AF_INET, ports, 400, NULL), 1);
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(only_flows_to_the_nodes_addresses_go),
		T(only_flows_that_lead_to_the_pod_go),
		T(a_published_address_restricts_it),
		T(ipv6_flows_go_too_and_tcp_stays),
		T(four_hundred_ports_take_one_pass),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
