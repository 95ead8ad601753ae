/* SPDX-License-Identifier: Apache-2.0 */
/* test_announce.c - ports that forward, addresses that answer at once */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/announce.h"
#include "cni/bridge.h"
#include "cni/ifsetup.h"
#include "cni/link.h"
#include "cni/netns.h"
#include "cni/sysctl.h"
#include "netns_env.h"
#include "table.h"

static const struct cni_mac pod_mac = { { 2, 2, 2, 2, 2, 2 } };

/* A bridge with addresses and @options, and the pod as a port of it. */
static struct cni_veth wire_bridge(struct netns_env *env, const char *options)
{
	const struct cni_bridge_spec bridge_spec = { .name = "br0" };
	struct cni_veth_spec spec = {
		.host_name = "veth0",
		.peer_name = "eth0",
		.peer_mac = pod_mac,
		.peer_netns_fd = env->pod,
	};
	struct cni_veth veth = { 0 };
	struct cni_link bridge;

	assert_int_equal(cni_bridge_ensure(&env->nl, &bridge_spec, &bridge,
					   NULL, NULL),
			 0);
	netns_sh(env->host,
		 "ip addr add 10.1.0.1/24 dev br0;"
		 "ip addr add fd00::1/64 dev br0 nodad;"
		 "ip link set br0 type bridge %s",
		 options);
	spec.master = bridge.index;
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL), 0);
	return veth;
}

static int notify_sysctls(void *data, struct cni_error *reterr)
{
	static const struct cni_sysctl list[] = {
		{ AF_INET, "arp_notify", "1", true },
		{ AF_INET6, "ndisc_notify", "1", true },
	};

	(void)data;
	return cni_sysctl_ensure_if("eth0", list, 2, reterr);
}

static void set_up_pod(struct netns_env *env, uint32_t index)
{
	const struct cni_prefix ips[] = { test_prefix("10.1.0.2/24"),
					  test_prefix("fd00::2/64") };
	const struct cni_ifsetup setup = {
		.index = index,
		.name = "eth0",
		.addrs = ips,
		.addr_count = 2,
		.addr_flags = CNI_IFADDR_NODAD,
		.up = true,
	};

	assert_int_equal(cni_netns_run(env->pod, notify_sysctls, NULL, NULL),
			 0);
	assert_int_equal(cni_ifsetup_apply(&env->pod_nl, &setup, NULL), 0);
}

/* Waits until the host's entry has this address; returns the milliseconds. */
static int64_t ms_until_learnt(struct netns_env *env, const char *ip,
			       const char *mac)
{
	int64_t start = cni_nl_now_ms();

	while (cni_nl_now_ms() - start < 3000) {
		CNI_CLEANUP(json)
		json_object *seen =
			netns_json(env->host, "ip -j neigh show %s", ip);

		if (strcmp(json_text(seen, "/0/lladdr"), mac) == 0)
			break;
		(void)usleep(1000);
	}
	return cni_nl_now_ms() - start;
}

static void a_reused_address_is_learnt_at_once(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth veth = wire_bridge(env, "stp_state 0");
	int64_t deadline = cni_nl_now_ms() + 3000;

	set_up_pod(env, veth.peer_index);
	assert_int_equal(cni_link_wait_forwarding(&env->nl, veth.host_index,
						  deadline, NULL),
			 0);
	/* What the host still remembers of the address's former owner. */
	netns_sh(env->host,
		 "ip neigh replace 10.1.0.2 lladdr 02:99:99:99:99:99 dev br0"
		 " nud reachable;"
		 "ip neigh replace fd00::2 lladdr 02:99:99:99:99:99 dev br0"
		 " nud reachable");
	assert_int_equal(
		cni_announce(&env->pod_nl, veth.peer_index, &pod_mac, NULL), 0);
	/* Generous for a loaded machine; without announcing it is seconds. */
	assert_in_range(ms_until_learnt(env, "10.1.0.2", "02:02:02:02:02:02"),
			0, 500);
	assert_in_range(ms_until_learnt(env, "fd00::2", "02:02:02:02:02:02"), 0,
			500);
}

static void announcing_keeps_the_address_of_the_interface(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth veth = wire_bridge(env, "stp_state 0");
	struct cni_link pod;
	struct cni_error err;

	set_up_pod(env, veth.peer_index);
	assert_int_equal(
		cni_announce(&env->pod_nl, veth.peer_index, &pod_mac, NULL), 0);
	assert_int_equal(cni_link_get(&env->pod_nl, "eth0", &pod, NULL), 0);
	assert_true(cni_mac_equal(&pod.mac, &pod_mac));
	assert_int_equal(cni_announce(&env->pod_nl, 99, &pod_mac, &err),
			 -ENODEV);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "announce addresses: link 99: set mac: No such device");
}

static void a_port_without_carrier_is_reported_at_the_deadline(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth veth = wire_bridge(env, "stp_state 0");
	struct cni_error err;

	assert_int_equal(cni_link_wait_forwarding(&env->nl, veth.host_index,
						  cni_nl_now_ms() + 50, &err),
			 -ETIMEDOUT);
	assert_int_equal(err.code, CNI_CODE_LINK_NOT_UP);
	/* First unknown or down, then, within a second, lower-layer-down. */
	assert_non_null(strstr(err.msg, "bridge port in error state: "));
}

static void a_port_that_listens_is_waited_for(void **state)
{
	struct netns_env *env = *state;
	/* Listening and learning take forward_delay (2 s, the least) each. */
	struct cni_veth veth =
		wire_bridge(env, "stp_state 1 forward_delay 200");
	int64_t start = cni_nl_now_ms();
	struct cni_error err;

	set_up_pod(env, veth.peer_index);
	assert_int_equal(cni_link_wait_forwarding(&env->nl, veth.host_index,
						  start + 100, &err),
			 -ETIMEDOUT);
	assert_non_null(strstr(err.msg, "not forwarding"));
	assert_int_equal(cni_link_wait_up(&env->nl, veth.host_index,
					  start + 20000, NULL),
			 0);
	assert_in_range(cni_nl_now_ms() - start, 0, 2000);

	assert_int_equal(cni_link_wait_forwarding(&env->nl, veth.host_index,
						  start + 20000, NULL),
			 0);
	assert_in_range(cni_nl_now_ms() - start, 2000, 15000);
}

static void a_port_that_goes_away_ends_the_wait(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth veth = wire_bridge(env, "stp_state 0");

	netns_sh(env->host,
		 "(sleep 0.2; ip link del veth0) > /dev/null 2>&1 &");
	assert_int_equal(cni_link_wait_forwarding(&env->nl, veth.host_index,
						  cni_nl_now_ms() + 20000,
						  NULL),
			 -ENODEV);
}

static void a_flood_of_foreign_events_does_not_end_the_wait(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth veth = wire_bridge(env, "stp_state 0");
	int size = 4096;
	struct cni_link lo;
	struct cni_error err;

	assert_int_equal(setsockopt(env->nl.fd, SOL_SOCKET, SO_RCVBUF, &size,
				    sizeof(size)),
			 0);
	netns_sh(env->host,
		 "(for i in $(seq 3000); do echo link set lo mtu $((1300+i));"
		 " done | ip -batch -) > /dev/null 2>&1 &");
	netns_sh(env->pod,
		 "(sleep 0.1; ip link set eth0 up) > /dev/null 2>&1 &");
	if (cni_link_wait_forwarding(&env->nl, veth.host_index,
				     cni_nl_now_ms() + 20000, &err) < 0)
		fail_msg("%s", err.msg);
	/* Unsubscribed and emptied: nothing of the flood gets in the way. */
	for (int i = 0; i < 100; i++)
		assert_int_equal(cni_link_get(&env->nl, "lo", &lo, NULL), 0);
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(a_reused_address_is_learnt_at_once),
		T(announcing_keeps_the_address_of_the_interface),
		T(a_port_without_carrier_is_reported_at_the_deadline),
		T(a_port_that_listens_is_waited_for),
		T(a_port_that_goes_away_ends_the_wait),
		T(a_flood_of_foreign_events_does_not_end_the_wait),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
