/* SPDX-License-Identifier: Apache-2.0 */
/* test_vlan.c - VLANs of ports, where the kernel's bridge filters them */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define SUBNET "10.1.0.0/24"

struct run {
	int first;
	int last;
	int pvid;
};

static void print_run(char *text, size_t size, const struct run *run)
{
	size_t len = strlen(text);

	if (!run->first)
		return;
	(void)snprintf(text + len, size - len, "%s%d", len ? " " : "",
		       run->first);
	len = strlen(text);
	if (run->last > run->first)
		(void)snprintf(text + len, size - len, "-%d", run->last);
	else if (run->pvid)
		(void)snprintf(text + len, size - len, "*");
}

/* "1 5-9 100*": VLANs of a port, '*' for the untagged PVID */
static void assert_vlans(struct e2e *e2e, const char *port,
			 const char *expected)
{
	json_object *list =
		netns_json(e2e->host, "bridge -j vlan show dev %s", port);
	json_object *vlans = NULL;
	struct run run = { 0 };
	char text[128] = "";

	(void)json_pointer_get(list, "/0/vlans", &vlans);
	for (size_t i = 0; vlans && i < json_object_array_length(vlans); i++) {
		json_object *vlan = json_object_array_get_idx(vlans, i);
		int vid = (int)json_number(vlan, "/vlan");
		int pvid = strstr(json_text(vlan, "/flags"), "PVID") &&
			   strstr(json_text(vlan, "/flags"), "Untagged");

		if (run.first && run.last + 1 == vid && !pvid && !run.pvid) {
			run.last = vid;
			continue;
		}
		print_run(text, sizeof(text), &run);
		run = (struct run) { vid, vid, pvid };
	}
	print_run(text, sizeof(text), &run);
	assert_string_equal(text, expected);
	json_object_put(list);
}

static json_object *attach(struct e2e *e2e, const char *id, int pod,
			   const char *keys, const char *subnet)
{
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", keys, subnet);
	return e2e_add(e2e, id, pod, conf);
}

static void port_of(json_object *result, char port[static IFNAMSIZ])
{
	(void)snprintf(port, IFNAMSIZ, "%s",
		       json_text(result, "/interfaces/1/name"));
	json_object_put(result);
}

static void pods_of_one_vlan_talk(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "c1", 0, ",\"vlan\":100", SUBNET), port);
	assert_vlans(e2e, port, "100*");
	json_object_put(attach(e2e, "c2", 1, ",\"vlan\":100", SUBNET));
	json_object_put(attach(e2e, "c3", 2, ",\"vlan\":200", SUBNET));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.3"));
	assert_false(e2e_ping(e2e->pods[0], "10.1.0.4"));
}

static void the_default_vlan_can_stay(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "c1", 0,
		       ",\"vlan\":100,\"preserveDefaultVlan\":true", SUBNET),
		port);
	assert_vlans(e2e, port, "1 100*");
}

static void a_trunk_carries_tagged_vlans(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "trunk", 0,
		       ",\"vlanTrunk\":[{\"minID\":100,\"maxID\":110},"
		       "{\"id\":105},{\"id\":300}]",
		       NULL),
		port);
	assert_vlans(e2e, port, "1* 100-110 300");
	json_object_put(attach(e2e, "c2", 1, ",\"vlan\":105", SUBNET));
	netns_sh(e2e->pods[0],
		 "ip link add link eth0 name eth0.105 type vlan id 105 && "
		 "ip addr add 10.1.0.99/24 dev eth0.105 && "
		 "ip link set eth0.105 up");
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.2"));
}

static void vlan_and_trunk_go_together(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "c1", 0,
		       ",\"vlan\":105,"
		       "\"vlanTrunk\":[{\"minID\":100,\"maxID\":110}]",
		       NULL),
		port);
	assert_vlans(e2e, port, "100-104 105* 106-110");
}

static void every_vlan_fits_into_one_trunk(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "c1", 0,
		       ",\"vlanTrunk\":[{\"minID\":1,\"maxID\":4094}]", NULL),
		port);
	assert_vlans(e2e, port, "1* 2-4094");
}

static void an_empty_trunk_only_switches_filtering_on(void **state)
{
	struct e2e *e2e = *state;
	char port[IFNAMSIZ];

	port_of(attach(e2e, "c1", 0, ",\"vlanTrunk\":[]", NULL), port);
	assert_vlans(e2e, port, "1*");
	assert_output("ip -d link show cni0", "vlan_filtering 1", NULL);
}

static void an_existing_bridge_starts_to_filter(void **state)
{
	struct e2e *e2e = *state;

	json_object_put(attach(e2e, "c1", 0, "", SUBNET));
	assert_output("ip -d link show cni0", "vlan_filtering 0", NULL);
	json_object_put(attach(e2e, "c2", 1, ",\"vlan\":100", SUBNET));
	assert_output("ip -d link show cni0", "vlan_filtering 1", NULL);
	assert_false(e2e_ping(e2e->pods[0], "10.1.0.3"));
}

/* Tagged frames of the host may cross it. */
static void a_bridge_of_somebody_else_is_not_made_to_filter(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char plain[E2E_CONF_MAX];
	char conf[E2E_CONF_MAX];

	sh("ip link add cni0 type bridge");
	(void)e2e_conf(e2e, plain, "1.1.0", ",\"vlan\":100", SUBNET);
	for (int i = 0; i < 2; i++) {
		e2e_call(e2e, "bridge", "ADD", "c1", e2e->pod_paths[0], plain,
			 &answer);
		assert_int_equal(answer.status, 0);
		assert_non_null(strstr(answer.err, "does not filter VLANs"));
		assert_output("ip -d link show cni0", "vlan_filtering 0", NULL);
		e2e_with_result(conf, plain, answer.json);
		e2e_check(e2e, conf);
		e2e_del(e2e, "c1", 0, plain);
		e2e_answer_done(&answer);
	}
}

static void the_gateway_is_in_the_vlan(void **state)
{
	struct e2e *e2e = *state;
	json_object *result;

	result = attach(e2e, "c1", 0, ",\"vlan\":100,\"isGateway\":true",
			"10.1.0.0/24 fd00:1::/64");
	assert_string_equal(json_text(result, "/interfaces/3/name"),
			    "cni0.100");
	assert_true(strlen(json_text(result, "/interfaces/3/mac")) == 17);
	assert_false(json_has(result, "/interfaces/3/sandbox"));
	json_object_put(result);
	assert_output("ip addr show dev cni0.100", "10.1.0.1/24",
		      "fd00:1::1/64", NULL);
	assert_no_output("ip -4 addr show dev cni0", "inet", NULL);
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	assert_true(e2e_ping(e2e->pods[0], "fd00:1::1"));
	result = attach(e2e, "c2", 1, ",\"vlan\":100,\"isGateway\":true",
			"10.1.0.0/24 fd00:1::/64");
	assert_string_equal(json_text(result, "/interfaces/3/name"),
			    "cni0.100");
	json_object_put(result);
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
	json_object_put(attach(e2e, "c3", 2, ",\"vlan\":200", SUBNET));
	assert_false(e2e_ping(e2e->pods[2], "10.1.0.1"));
}

static void a_half_made_gateway_interface_is_completed(void **state)
{
	static const char keys[] = ",\"vlan\":100,\"isGateway\":true";
	struct e2e *e2e = *state;

	/* As if the first ADD was killed while it made the interface. */
	json_object_put(attach(e2e, "c0", 0, ",\"vlan\":100", NULL));
	sh("ip link add port master cni0 type veth peer name cni0.100 && "
	   "ip link set port up");
	json_object_put(attach(e2e, "c1", 1, keys, SUBNET));
	assert_vlans(e2e, "port", "100*");
	assert_output("ip link show port", "alias cni:vlan cni0.100", NULL);
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
}

static void check_looks_at_the_gateway_interface(void **state)
{
	static const struct {
		const char *change;
		const char *text;
	} rows[] = {
		{ "ip link set cni0.100 down", "\"cni0.100\": it is down" },
		{ "ip link set cni0.100 address 02:00:00:00:00:07",
		  "\"cni0.100\": its MAC address is 02:00:00:00:00:07" },
		{ "bridge vlan del vid 100 dev $PORT",
		  "VLAN 100 is absent instead of untagged and pvid" },
		{ "ip link set $PORT nomaster", "it is no port of bridge" },
		{ "ip link del cni0.100", "\"cni0.100\" is gone" },
	};
	struct e2e *e2e = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char conf[E2E_CONF_MAX];

		json_object_put(e2e_add_for_check(
			e2e, ",\"vlan\":100,\"isGateway\":true", SUBNET, conf));
		sh("PORT=$(ip link show cni0.100 | "
		   "sed -n 's/.*cni0.100@\\([^:]*\\):.*/\\1/p'); %s",
		   rows[i].change);
		e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
			 rows[i].text);
		e2e_del(e2e, "c1", 0, conf);
		(void)sh_status("ip link del cni0.100 2>/dev/null");
		sh("ip link del cni0; rm -r %s/leases", e2e->dir);
	}
}

/* There is no room for ".100", and nobody needs it. */
static void a_bridge_may_have_a_long_name(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	char plain[E2E_CONF_MAX];
	json_object *result;

	(void)snprintf(plain, sizeof(plain),
		       "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":"
		       "\"bridge\",\"bridge\":\"bridge-of-15-by\",\"vlan\":100,"
		       "\"macspoofchk\":true}");
	result = e2e_add(e2e, "c1", 0, plain);
	e2e_with_result(conf, plain, result);
	e2e_check(e2e, conf);
	e2e_del(e2e, "c1", 0, plain);
	json_object_put(result);
}

static void auto_remove_takes_vlan_interfaces_along(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"vlan\":100,\"isGateway\":true,\"autoRemove\":true",
		       SUBNET);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	e2e_del(e2e, "c1", 0, conf);
	assert_output("ip link", "cni0.100", NULL);
	e2e_del(e2e, "c2", 1, conf);
	assert_no_output("ip link", "cni0", "veth", NULL);
}

static void check_names_the_vlan_that_changed(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	char port[IFNAMSIZ];

	port_of(e2e_add_for_check(e2e, ",\"vlan\":5,\"vlanTrunk\":[{\"id\":7}]",
				  NULL, conf),
		port);
	sh("bridge vlan del vid 7 dev %s", port);
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 "VLAN 7 is absent instead of tagged");
	sh("bridge vlan add vid 7 dev %s; bridge vlan add vid 9 dev %s", port,
	   port);
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 "VLAN 9 is tagged instead of absent");
	sh("bridge vlan del vid 9 dev %s; ip link set cni0 type bridge "
	   "vlan_filtering 0",
	   port);
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
		 "\"cni0\": VLAN filtering is off instead of on");
}

static void need_vlan_filtering(void)
{
	node_enter();
	if (sh_status("ip link add probe type bridge vlan_filtering 1 "
		      "2>/dev/null") == 0)
		return;
	(void)fprintf(stderr, "skipped: this kernel's bridge has no VLAN "
			      "filtering; test/vm runs it on one that has\n");
	exit(77);
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(pods_of_one_vlan_talk),
		E2E_TEST(the_default_vlan_can_stay),
		E2E_TEST(a_trunk_carries_tagged_vlans),
		E2E_TEST(vlan_and_trunk_go_together),
		E2E_TEST(every_vlan_fits_into_one_trunk),
		E2E_TEST(an_empty_trunk_only_switches_filtering_on),
		E2E_TEST(an_existing_bridge_starts_to_filter),
		E2E_TEST(a_bridge_of_somebody_else_is_not_made_to_filter),
		E2E_TEST(the_gateway_is_in_the_vlan),
		E2E_TEST(a_half_made_gateway_interface_is_completed),
		E2E_TEST(check_looks_at_the_gateway_interface),
		E2E_TEST(a_bridge_may_have_a_long_name),
		E2E_TEST(auto_remove_takes_vlan_interfaces_along),
		E2E_TEST(check_names_the_vlan_that_changed),
	};

	node_require();
	need_vlan_filtering();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
