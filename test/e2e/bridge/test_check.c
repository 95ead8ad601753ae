/* SPDX-License-Identifier: Apache-2.0 */
/* test_check.c - CHECK finds every object that was changed after ADD */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define KEYS ",\"isDefaultGateway\":true,\"mtu\":1400,\"hairpinMode\":true"

struct mutation {
	const char *in_host;
	const char *in_pod;
	const char *text;
};

/* VETH in a command stands for the host end's name. */
static void mutate(struct e2e *e2e, int netns, const char *command,
		   json_object *result)
{
	if (command)
		netns_sh(netns, "VETH=%s; %s",
			 json_text(result, "/interfaces/1/name"), command);
	(void)e2e;
}

static void assert_found(struct e2e *e2e, const struct mutation *mutation)
{
	char plain[E2E_CONF_MAX];
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, plain, "1.1.0", KEYS, "10.1.0.0/24 fd00:1::/64");
	result = e2e_add(e2e, "c1", 0, plain);
	e2e_with_result(conf, plain, result);
	e2e_check(e2e, conf);
	mutate(e2e, e2e->host, mutation->in_host, result);
	mutate(e2e, e2e->pods[0], mutation->in_pod, result);
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 mutation->text);
	json_object_put(result);
	e2e_del(e2e, "c1", 0, plain);
	/* The next one gets the same addresses. */
	netns_sh_status(e2e->host,
			"ip link del cni0 2>/dev/null; ip link del other "
			"2>/dev/null; rm -r %s/leases",
			e2e->dir);
}

static void every_changed_object_is_named(void **state)
{
	static const struct mutation mutations[] = {
		{ "ip link set cni0 down", NULL,
		  "\"cni0\": it is down instead of up" },
		{ "ip link set cni0 address 02:00:00:00:00:01", NULL,
		  "\"cni0\": its MAC address is 02:00:00:00:00:01 instead of" },
		{ "ip addr del 10.1.0.1/24 dev cni0", NULL,
		  "\"cni0\": it lacks address 10.1.0.1/24" },
		{ "ip addr del fd00:1::1/64 dev cni0", NULL,
		  "\"cni0\": it lacks address fd00:1::1/64" },
		{ "sysctl -qw net.ipv4.ip_forward=0", NULL,
		  "forwarding of IPv4 is off" },
		{ "sysctl -qw net.ipv6.conf.all.forwarding=0", NULL,
		  "forwarding of IPv6 is off" },
		{ "ip link del cni0", NULL, "\"cni0\" is gone" },
		{ "ip link del cni0; ip link add cni0 type veth peer other",
		  NULL, "\"cni0\": its kind is veth instead of bridge" },
		{ "ip link set $VETH nomaster", NULL,
		  "it is no port of bridge \"cni0\"" },
		{ "ip link set $VETH down", NULL, "it is down instead of up" },
		{ "ip link set $VETH address 02:00:00:00:00:02", NULL,
		  "its MAC address is 02:00:00:00:00:02" },
		{ "ip link set $VETH mtu 1300", NULL,
		  "its mtu is 1300 instead of 1400" },
		{ "bridge link set dev $VETH hairpin off", NULL,
		  "hairpin mode is off instead of on" },
		{ "bridge link set dev $VETH isolated on", NULL,
		  "port isolation is on instead of off" },
		{ "ip link set $VETH down; ip link set $VETH name other", NULL,
		  "is gone" },
		{ NULL, "ip link del eth0", "\"eth0\" is gone" },
		{ NULL, "ip link set eth0 down", "\"eth0\": it is down" },
		{ NULL, "ip link set eth0 mtu 1300",
		  "\"eth0\": its mtu is 1300 instead of 1400" },
		{ NULL, "ip link set eth0 address 02:00:00:00:00:03",
		  "\"eth0\": its MAC address is 02:00:00:00:00:03" },
		{ NULL, "ip addr del 10.1.0.2/24 dev eth0",
		  "\"eth0\": it lacks address 10.1.0.2/24" },
		{ NULL,
		  "ip addr del 10.1.0.2/24 dev eth0; ip addr add 10.1.0.2/25 "
		  "dev eth0",
		  "\"eth0\": it lacks address 10.1.0.2/24" },
		{ NULL, "ip addr del fd00:1::2/64 dev eth0",
		  "\"eth0\": it lacks address fd00:1::2/64" },
		{ NULL, "ip route del default",
		  "\"eth0\": it lacks route 0.0.0.0/0 via 10.1.0.1" },
		{ NULL, "ip route replace default via 10.1.0.77",
		  "\"eth0\": it lacks route 0.0.0.0/0 via 10.1.0.1" },
		{ NULL, "ip -6 route del default",
		  "\"eth0\": it lacks route ::/0 via fd00:1::1" },
	};
	size_t count = sizeof(mutations) / sizeof(mutations[0]);

	for (size_t i = 0; i < count; i++)
		assert_found(*state, &mutations[i]);
}

static void a_layer_2_attachment_passes(void **state)
{
	struct e2e *e2e = *state;
	char plain[E2E_CONF_MAX];
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, plain, "0.4.0", "", NULL);
	result = e2e_add(e2e, "c1", 0, plain);
	e2e_with_result(conf, plain, result);
	e2e_check(e2e, conf);
	netns_sh(e2e->pods[0], "ip link set eth0 down");
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 "\"eth0\": it is down");
	json_object_put(result);
}

static void routes_of_other_tables_are_compared(void **state)
{
	static const char plain[] =
		"{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
		"\"type\":\"bridge\",\"isGateway\":true,"
		"\"ipam\":{\"type\":\"scripted\"}}";
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	e2e_script_ipam(e2e,
			"{\"ips\":[{\"address\":\"10.1.0.5/32\",\"gateway\":"
			"\"10.1.0.5\"}],\"routes\":[{\"dst\":\"10.9.0.0/16\","
			"\"table\":1000,\"scope\":253,\"mtu\":1300}]}");
	result = e2e_add(e2e, "c1", 0, plain);
	e2e_with_result(conf, plain, result);
	e2e_check(e2e, conf);
	netns_sh(e2e->pods[0], "ip route replace 10.9.0.0/16 dev eth0 scope "
			       "link table 1000 mtu 1200");
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 "\"eth0\": it lacks route 10.9.0.0/16");
	json_object_put(result);
}

static void needs_the_previous_result(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 7,
		 "Required prevResult missing");
}

static void a_foreign_result_is_refused(void **state)
{
	static const struct {
		const char *interfaces;
		const char *text;
	} rows[] = {
		{ "", "prevResult has no bridge \"cni0\"" },
		{ "{\"name\":\"cni0\"}",
		  "prevResult has no container interface \"eth0\"" },
		{ "{\"name\":\"cni0\"},{\"name\":\"eth0\",\"sandbox\":\"/x\"}",
		  "prevResult has no container interface \"eth0\"" },
		{ "{\"name\":\"cni0\"},{\"name\":\"eth0\",\"sandbox\":"
		  "\"/run/netns/p0\"}",
		  "prevResult has no veth of bridge \"cni0\"" },
	};
	struct e2e *e2e = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char conf[E2E_CONF_MAX];
		char keys[512];

		(void)snprintf(keys, sizeof(keys),
			       ",\"prevResult\":{\"cniVersion\":\"1.0.0\","
			       "\"interfaces\":[%s]}",
			       rows[i].interfaces);
		(void)e2e_conf(e2e, conf, "1.0.0", keys, NULL);
		e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
			 rows[i].text);
	}
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(every_changed_object_is_named),
		E2E_TEST(a_layer_2_attachment_passes),
		E2E_TEST(routes_of_other_tables_are_compared),
		E2E_TEST(needs_the_previous_result),
		E2E_TEST(a_foreign_result_is_refused),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
