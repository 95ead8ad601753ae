/* SPDX-License-Identifier: Apache-2.0 */
/* test_attach.c - ADD and DEL of bridge with real packets */
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

static json_object *link_json(int netns, const char *name)
{
	json_object *list =
		netns_json(netns, "ip -d -j link show dev %s", name);
	json_object *link = json_object_get(json_object_array_get_idx(list, 0));

	json_object_put(list);
	return link;
}

static void assert_text(json_object *json, const char *pointer,
			const char *expected)
{
	assert_string_equal(json_text(json, pointer), expected);
}

static void pods_talk_to_each_other_and_the_host(struct e2e *e2e,
						 const char *subnets,
						 const char *const *targets)
{
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true", subnets);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	for (; *targets; targets += 3) {
		assert_true(e2e_ping(e2e->pods[0], targets[0]));
		assert_true(e2e_ping(e2e->pods[0], targets[2]));
		assert_true(e2e_ping(e2e->pods[1], targets[1]));
		assert_true(e2e_ping(e2e->host, targets[1]));
		assert_true(e2e_ping(e2e->host, targets[2]));
	}
	e2e_del(e2e, "c1", 0, conf);
	e2e_del(e2e, "c2", 1, conf);
	assert_int_equal(e2e_leases(e2e, "net"), 0);
	assert_int_equal(netns_sh_status(e2e->pods[0], "ip link show eth0 "
						       "2>/dev/null"),
			 1);
}

static void ipv4_pods_talk(void **state)
{
	static const char *const targets[] = { "10.1.0.1", "10.1.0.2",
					       "10.1.0.3", NULL };

	pods_talk_to_each_other_and_the_host(*state, "10.1.0.0/24", targets);
}

static void ipv6_pods_talk(void **state)
{
	static const char *const targets[] = { "fd00:1::1", "fd00:1::2",
					       "fd00:1::3", NULL };

	pods_talk_to_each_other_and_the_host(*state, "fd00:1::/64", targets);
}

static void dual_stack_pods_talk(void **state)
{
	static const char *const targets[] = { "10.1.0.1",  "10.1.0.2",
					       "10.1.0.3",  "fd00:1::1",
					       "fd00:1::2", "fd00:1::3",
					       NULL };

	pods_talk_to_each_other_and_the_host(*state, "10.1.0.0/24 fd00:1::/64",
					     targets);
}

static void the_result_describes_the_links(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;
	json_object *link;

	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"isDefaultGateway\":true,\"mtu\":1400",
		       "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_text(result, "/cniVersion", "1.1.0");
	assert_text(result, "/interfaces/0/name", "cni0");
	assert_text(result, "/interfaces/2/name", "eth0");
	assert_text(result, "/interfaces/2/sandbox", e2e->pod_paths[0]);
	assert_false(json_has(result, "/interfaces/0/sandbox"));
	assert_false(json_has(result, "/interfaces/1/sandbox"));
	assert_false(json_has(result, "/interfaces/3"));
	assert_int_equal(json_number(result, "/ips/0/interface"), 2);
	assert_text(result, "/ips/0/address", "10.1.0.2/24");
	assert_text(result, "/ips/0/gateway", "10.1.0.1");
	assert_text(result, "/routes/0/dst", "0.0.0.0/0");
	assert_text(result, "/routes/0/gw", "10.1.0.1");
	assert_false(json_has(result, "/routes/1"));
	for (int i = 0; i < 3; i++) {
		char name[64];
		char pointer[64];

		(void)snprintf(pointer, sizeof(pointer), "/interfaces/%d/name",
			       i);
		(void)snprintf(name, sizeof(name), "%s",
			       json_text(result, pointer));
		link = link_json(i == 2 ? e2e->pods[0] : e2e->host, name);
		(void)snprintf(pointer, sizeof(pointer), "/interfaces/%d/mac",
			       i);
		assert_text(link, "/address", json_text(result, pointer));
		(void)snprintf(pointer, sizeof(pointer), "/interfaces/%d/mtu",
			       i);
		assert_int_equal(json_number(result, pointer), 1400);
		assert_int_equal(json_number(link, "/mtu"), 1400);
		assert_text(link, "/operstate", "UP");
		json_object_put(link);
	}
	json_object_put(result);
}

static void mtu_is_reported_only_where_it_exists(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, conf, "1.0.0", "", "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_false(json_has(result, "/interfaces/0/mtu"));
	json_object_put(result);
}

static void old_versions_get_their_shape(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, conf, "0.2.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_text(result, "/ip4/ip", "10.1.0.2/24");
	assert_text(result, "/ip4/gateway", "10.1.0.1");
	assert_false(json_has(result, "/interfaces"));
	json_object_put(result);
}

static void layer_2_only_wires(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;
	json_object *link;

	(void)e2e_conf(e2e, conf, "0.4.0", "", NULL);
	result = e2e_add(e2e, "c1", 0, conf);
	assert_false(json_has(result, "/ips/0"));
	json_object_put(result);
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	link = link_json(e2e->pods[0], "eth0");
	assert_text(link, "/operstate", "UP");
	json_object_put(link);
	netns_sh(e2e->pods[0], "ip addr add 10.9.0.1/24 dev eth0");
	netns_sh(e2e->pods[1], "ip addr add 10.9.0.2/24 dev eth0");
	assert_true(e2e_ping(e2e->pods[0], "10.9.0.2"));
	e2e_del(e2e, "c1", 0, conf);
	e2e_del(e2e, "c2", 1, conf);
}

static void layer_2_of_old_versions_is_refused_before_work(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "0.2.0", "", NULL);
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], conf, 7,
		 "cannot convert: no valid IP addresses");
	assert_int_equal(netns_sh_status(e2e->host, "ip link show cni0 "
						    "2>/dev/null"),
			 1);
}

static void the_container_interface_can_stay_down(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *link;

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"disableContainerInterface\":true", NULL);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	link = link_json(e2e->pods[0], "eth0");
	assert_text(link, "/operstate", "DOWN");
	json_object_put(link);
	e2e_del(e2e, "c1", 0, conf);
}

static void port_flags_are_set(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;
	json_object *link;

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"hairpinMode\":true,\"portIsolation\":true", NULL);
	result = e2e_add(e2e, "c1", 0, conf);
	link = link_json(e2e->host, json_text(result, "/interfaces/1/name"));
	assert_int_equal(json_number(link, "/linkinfo/info_slave_data/hairpin"),
			 1);
	assert_int_equal(
		json_number(link, "/linkinfo/info_slave_data/isolated"), 1);
	assert_text(link, "/master", "cni0");
	json_object_put(link);
	json_object_put(result);
}

static void isolated_pods_reach_the_host_only(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"isGateway\":true,\"portIsolation\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	assert_false(e2e_ping(e2e->pods[0], "10.1.0.3"));
}

static void promiscuous_mode_is_switched_on(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *link;

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"promiscMode\":true", NULL);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	link = link_json(e2e->host, "cni0");
	assert_int_equal(json_number(link, "/promiscuity"), 1);
	json_object_put(link);
}

static void a_requested_mac_is_used(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"runtimeConfig\":{\"mac\":\"c2-B0-57-49-47-f1\"}",
		       "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_text(result, "/interfaces/2/mac", "c2:b0:57:49:47:f1");
	json_object_put(result);
}

static void own_dns_wins(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"dns\":{\"nameservers\":[\"10.1.0.1\"],"
		       "\"search\":[\"example.org\"]}",
		       "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_text(result, "/dns/nameservers/0", "10.1.0.1");
	assert_text(result, "/dns/search/0", "example.org");
	json_object_put(result);
}

static void routes_have_all_their_members(void **state)
{
	struct e2e *e2e = *state;
	json_object *routes;

	e2e_script_ipam(e2e,
			"{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":"
			"\"10.1.0.5/24\",\"gateway\":\"10.1.0.1\"}],"
			"\"routes\":[{\"dst\":\"10.9.0.0/16\",\"mtu\":1300,"
			"\"advmss\":1200,\"priority\":7,\"table\":1000},"
			"{\"dst\":\"10.8.0.0/16\",\"scope\":253}]}");
	json_object_put(e2e_add(e2e, "c1", 0,
				"{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
				"\"type\":\"bridge\",\"isGateway\":true,"
				"\"ipam\":{\"type\":\"scripted\"}}"));
	routes = netns_json(e2e->pods[0], "ip -j -d route show table 1000");
	assert_text(routes, "/0/dst", "10.9.0.0/16");
	assert_text(routes, "/0/gateway", "10.1.0.1");
	assert_int_equal(json_number(routes, "/0/metric"), 7);
	assert_int_equal(json_number(routes, "/0/metrics/0/mtu"), 1300);
	assert_int_equal(json_number(routes, "/0/metrics/0/advmss"), 1200);
	json_object_put(routes);
	routes = netns_json(e2e->pods[0], "ip -j -d route show 10.8.0.0/16");
	assert_text(routes, "/0/scope", "link");
	assert_false(json_has(routes, "/0/gateway"));
	json_object_put(routes);
}

static void a_default_route_without_gateway_is_enough(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *routes;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}],"
			     "\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}");
	(void)snprintf(conf, sizeof(conf),
		       "{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
		       "\"type\":\"bridge\",\"isDefaultGateway\":true,"
		       "\"ipam\":{\"type\":\"scripted\"}}");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	routes = netns_json(e2e->pods[0], "ip -j route show default");
	assert_int_equal(json_object_array_length(routes), 1);
	assert_text(routes, "/0/gateway", "10.1.0.1");
	json_object_put(routes);
}

static void duplicate_address_detection_can_be_asked_for(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *addrs;

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"isGateway\":true,\"enabledad\":true", "fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	addrs = netns_json(e2e->pods[0], "ip -j -6 addr show dev eth0 "
					 "scope global");
	assert_text(addrs, "/0/addr_info/0/local", "fd00:1::2");
	assert_false(json_has(addrs, "/0/addr_info/0/tentative"));
	assert_false(json_has(addrs, "/0/addr_info/0/nodad"));
	json_object_put(addrs);
	netns_sh(e2e->pods[1], "ip link set lo up");
	/* The next pod wants an address that somebody on the link has. */
	netns_sh(e2e->host, "ip addr add fd00:1::3/128 dev cni0 nodad");
	e2e_fail(e2e, "ADD", "c2", e2e->pod_paths[1], conf, 110,
		 "failed to settle addresses for \"eth0\"");
	assert_int_equal(e2e_leases(e2e, "net"), 1);
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(ipv4_pods_talk),
		E2E_TEST(ipv6_pods_talk),
		E2E_TEST(dual_stack_pods_talk),
		E2E_TEST(the_result_describes_the_links),
		E2E_TEST(mtu_is_reported_only_where_it_exists),
		E2E_TEST(old_versions_get_their_shape),
		E2E_TEST(layer_2_only_wires),
		E2E_TEST(layer_2_of_old_versions_is_refused_before_work),
		E2E_TEST(the_container_interface_can_stay_down),
		E2E_TEST(port_flags_are_set),
		E2E_TEST(isolated_pods_reach_the_host_only),
		E2E_TEST(promiscuous_mode_is_switched_on),
		E2E_TEST(a_requested_mac_is_used),
		E2E_TEST(own_dns_wins),
		E2E_TEST(routes_have_all_their_members),
		E2E_TEST(a_default_route_without_gateway_is_enough),
		E2E_TEST(duplicate_address_detection_can_be_asked_for),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
