/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan.c - gateways, routes and bridge addresses of an IPAM result */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "plan.h"
#include "table.h"

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix parsed;

	assert_int_equal(cni_prefix_parse(text, &parsed), 0);
	return parsed;
}

static struct cni_addr addr(const char *text)
{
	struct cni_addr parsed;

	assert_int_equal(cni_addr_parse(text, &parsed), 0);
	return parsed;
}

static void add_ip(struct cni_result *result, const char *address,
		   const char *gateway)
{
	struct cni_result_ip ip = { .interface = CNI_RESULT_NO_INTERFACE,
				    .address = prefix(address) };

	if (gateway)
		ip.gateway = addr(gateway);
	assert_int_equal(cni_result_add_ip(result, &ip), 0);
}

static struct cni_route *add_route(struct cni_result *result, const char *dst,
				   const char *gw)
{
	struct cni_route route = { .has_dst = true, .dst = prefix(dst) };

	if (gw)
		route.gw = addr(gw);
	assert_int_equal(cni_result_add_route(result, &route), 0);
	return &result->routes[result->route_count - 1];
}

static void assert_addr(const struct cni_addr *actual, const char *expected)
{
	char text[CNI_ADDR_STRLEN];

	assert_string_equal(cni_addr_format(actual, text), expected);
}

static void every_address_belongs_to_the_container(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct bridge_conf conf = { 0 };

	(void)state;
	add_ip(&result, "10.1.0.5/24", NULL);
	result.ips[0].interface = 0;
	assert_int_equal(bridge_plan_gateways(&conf, &result, NULL), 0);
	assert_int_equal(result.ips[0].interface, BRIDGE_RESULT_CONTAINER);
	assert_false(cni_addr_is_set(&result.ips[0].gateway));
}

static void a_gateway_is_the_first_address_of_its_subnet(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct bridge_conf conf = { .is_gateway = true };

	(void)state;
	add_ip(&result, "10.1.0.5/24", NULL);
	add_ip(&result, "fd00:1::5/64", NULL);
	add_ip(&result, "10.2.0.5/24", "10.2.0.9");
	assert_int_equal(bridge_plan_gateways(&conf, &result, NULL), 0);
	assert_addr(&result.ips[0].gateway, "10.1.0.1");
	assert_addr(&result.ips[1].gateway, "fd00:1::1");
	assert_addr(&result.ips[2].gateway, "10.2.0.9");
	assert_int_equal(result.route_count, 0);
}

static void a_default_route_per_family_is_added(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct bridge_conf conf = { .is_gateway = true,
				    .is_default_gateway = true };

	(void)state;
	add_ip(&result, "10.1.0.5/24", NULL);
	add_ip(&result, "10.2.0.5/24", NULL);
	add_ip(&result, "fd00:1::5/64", NULL);
	assert_int_equal(bridge_plan_gateways(&conf, &result, NULL), 0);
	assert_int_equal(result.route_count, 2);
	assert_addr(&result.routes[0].dst.addr, "0.0.0.0");
	assert_int_equal(result.routes[0].dst.len, 0);
	assert_addr(&result.routes[0].gw, "10.1.0.1");
	assert_addr(&result.routes[1].dst.addr, "::");
	assert_addr(&result.routes[1].gw, "fd00:1::1");
}

static void a_default_route_of_the_ipam_plugin_is_enough(void **state)
{
	static const struct {
		const char *gw;
		int64_t table;
		size_t routes;
	} rows[] = {
		{ "10.1.0.9", 0, 1 },  { NULL, 0, 1 },	{ NULL, 254, 1 },
		{ "10.1.0.9", 77, 1 }, { NULL, 77, 2 },
	};
	struct bridge_conf conf = { .is_gateway = true,
				    .is_default_gateway = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_route *route;

		add_ip(&result, "10.1.0.5/24", NULL);
		route = add_route(&result, "0.0.0.0/0", rows[i].gw);
		route->has_table = rows[i].table != 0;
		route->table = rows[i].table;
		assert_int_equal(bridge_plan_gateways(&conf, &result, NULL), 0);
		assert_int_equal(result.route_count, rows[i].routes);
	}
}

static void routes_without_gateway_take_the_first_of_their_family(void **state)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };

	(void)state;
	add_ip(&result, "10.1.0.5/24", "10.1.0.1");
	add_ip(&result, "10.2.0.5/24", "10.2.0.1");
	add_route(&result, "10.9.0.0/16", NULL);
	add_route(&result, "10.8.0.0/16", "10.1.0.7");
	add_route(&result, "fd00:9::/64", NULL);
	assert_int_equal(bridge_plan_routes(&result, &routes, NULL), 0);
	assert_int_equal(routes.count, 3);
	assert_addr(&routes.items[0].gw, "10.1.0.1");
	assert_addr(&routes.items[1].gw, "10.1.0.7");
	assert_addr(&routes.items[2].gw, "<nil>");
}

static void every_member_of_a_route_is_applied(void **state)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_route *route;

	(void)state;
	add_ip(&result, "10.1.0.5/24", "10.1.0.1");
	route = add_route(&result, "10.9.0.0/16", NULL);
	route->mtu = 1300;
	route->advmss = 1200;
	route->priority = 5;
	route->has_table = true;
	route->table = 1000;
	route = add_route(&result, "10.8.0.0/16", NULL);
	route->has_scope = true;
	route->scope = RT_SCOPE_LINK;
	route->has_table = true;
	route->table = -1;
	route->mtu = -4;
	assert_int_equal(bridge_plan_routes(&result, &routes, NULL), 0);
	assert_int_equal(routes.items[0].mtu, 1300);
	assert_int_equal(routes.items[0].advmss, 1200);
	assert_int_equal(routes.items[0].priority, 5);
	assert_int_equal(routes.items[0].table, 1000);
	assert_int_equal(routes.items[1].scope, RT_SCOPE_LINK);
	assert_int_equal(routes.items[1].table, 0);
	assert_int_equal(routes.items[1].mtu, 0);
	assert_false(cni_addr_is_set(&routes.items[1].gw));
}

static void an_equal_route_is_installed_once(void **state)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };

	(void)state;
	add_ip(&result, "10.1.0.5/24", "10.1.0.1");
	add_route(&result, "0.0.0.0/0", NULL);
	add_route(&result, "0.0.0.0/0", "10.1.0.1");
	add_route(&result, "0.0.0.0/0", "10.1.0.2");
	assert_int_equal(bridge_plan_routes(&result, &routes, NULL), 0);
	assert_int_equal(routes.count, 2);
}

static void a_route_without_destination_is_an_error(void **state)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_error err;

	(void)state;
	add_route(&result, "0.0.0.0/0", NULL)->has_dst = false;
	assert_int_equal(bridge_plan_routes(&result, &routes, &err), -EINVAL);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "failed to add route: the IPAM plugin returned a route "
		     "without dst");
}

static void the_bridge_gets_each_gateway_once_ipv4_first(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct bridge_prefix_list list;
	char text[CNI_PREFIX_STRLEN];

	(void)state;
	add_ip(&result, "fd00:1::5/64", "fd00:1::1");
	add_ip(&result, "10.1.0.5/24", "10.1.0.1");
	add_ip(&result, "10.1.0.6/24", "10.1.0.1");
	add_ip(&result, "10.3.0.6/24", NULL);
	assert_int_equal(bridge_plan_bridge_addresses(&result, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(cni_prefix_format(&list.items[0], text),
			    "10.1.0.1/24");
	assert_string_equal(cni_prefix_format(&list.items[1], text),
			    "fd00:1::1/64");
	free(list.items);
}

static void overlapping_subnets_conflict(void **state)
{
	static const struct {
		const char *present;
		const char *wanted;
		bool conflict;
	} rows[] = {
		{ "10.1.0.1/24", "10.1.0.1/24", false },
		{ "10.1.0.2/24", "10.1.0.1/24", true },
		{ "10.1.0.1/16", "10.1.0.1/24", true },
		{ "10.1.0.1/8", "10.1.2.1/24", true },
		{ "10.2.0.1/24", "10.1.0.1/24", false },
		{ "fd00::1/64", "fd00::2/64", true },
		{ "fd00:1::1/64", "fd00::1/64", false },
		{ "fe80::1234/64", "fe80::1/64", false },
		{ "fe80::1/64", "fe80::1/32", true },
		{ "10.1.0.1/0", "fd00::1/64", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cni_prefix present = prefix(rows[i].present);
		struct cni_prefix wanted = prefix(rows[i].wanted);

		assert_int_equal(bridge_plan_conflict(&present, &wanted),
				 rows[i].conflict);
	}
}

static void own_dns_replaces_the_ipam_plugins(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf = { 0 };

	(void)state;
	assert_int_equal(
		cni_string_list_add(&result.dns.nameservers, "1.1.1.1"), 0);
	assert_int_equal(bridge_plan_dns(&conf, &result, NULL), 0);
	assert_int_equal(result.dns.nameservers.count, 1);
	conf.dns.search.present = true;
	assert_int_equal(bridge_plan_dns(&conf, &result, NULL), 0);
	assert_true(cni_dns_is_empty(&result.dns));
	assert_int_equal(cni_result_set_string(&conf.dns.domain, "example.org"),
			 0);
	assert_int_equal(bridge_plan_dns(&conf, &result, NULL), 0);
	assert_string_equal(result.dns.domain, "example.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_belongs_to_the_container),
		cmocka_unit_test(a_gateway_is_the_first_address_of_its_subnet),
		cmocka_unit_test(a_default_route_per_family_is_added),
		cmocka_unit_test(a_default_route_of_the_ipam_plugin_is_enough),
		cmocka_unit_test(
			routes_without_gateway_take_the_first_of_their_family),
		cmocka_unit_test(every_member_of_a_route_is_applied),
		cmocka_unit_test(an_equal_route_is_installed_once),
		cmocka_unit_test(a_route_without_destination_is_an_error),
		cmocka_unit_test(the_bridge_gets_each_gateway_once_ipv4_first),
		cmocka_unit_test(overlapping_subnets_conflict),
		cmocka_unit_test(own_dns_replaces_the_ipam_plugins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
