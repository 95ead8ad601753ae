/* SPDX-License-Identifier: Apache-2.0 */
/* test_result.c - what results may hold, and what is said when they do not */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/result.h"
#include "json_text.h"
#include "table.h"

static void read_result(const char *text, struct cni_result *ret_result)
{
	CNI_CLEANUP(json) json_object *object = parse_json(text);
	struct cni_error err = { 0 };

	if (cni_result_from_json(object, "1.1.0", ret_result, &err))
		fail_msg("%s: %s", text, err.msg);
}

static void assert_written(const struct cni_result *result,
			   enum cni_version version, const char *expected)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	struct cni_error err = { 0 };

	if (cni_result_to_json(result, version, &object, &err))
		fail_msg("%s", err.msg);
	assert_json_text(object, 0, expected);
}

static const struct {
	const char *text;
	const char *written;
} accepted[] = {
	{ "{}", "{\"cniVersion\":\"1.1.0\"}" },
	{ "null", "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"cniVersion\":null}", "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"cniVersion\":\"\"}", "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"interfaces\":null,\"ips\":[],\"routes\":null,\"dns\":null}",
	  "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"dns\":{\"nameservers\":[],\"domain\":\"\"}}",
	  "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"unknown\":[null],\"ip4\":7}", "{\"cniVersion\":\"1.1.0\"}" },
	{ "{\"CNIVERSION\":\"0.4.0\",\"IPs\":[{\"ADDRESS\":\"10.0.0.1/8\"}]}",
	  "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.0.0.1/8\"}]}" },
	/* absent names are written, absent addresses, too */
	{ "{\"interfaces\":[{}],\"ips\":[{}],\"routes\":[{}]}",
	  "{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"\"}],"
	  "\"ips\":[{\"address\":\"\\u003cnil\\u003e\"}],"
	  "\"routes\":[{\"dst\":\"\\u003cnil\\u003e\"}]}" },
	/* 0 is not the same as absent */
	{ "{\"ips\":[{\"address\":\"10.0.0.1/8\",\"interface\":0},"
	  "{\"address\":\"10.0.0.2/8\",\"interface\":-1},"
	  "{\"address\":\"10.0.0.3/8\",\"interface\":null}]}",
	  "{\"cniVersion\":\"1.1.0\",\"ips\":["
	  "{\"address\":\"10.0.0.1/8\",\"interface\":0},"
	  "{\"address\":\"10.0.0.2/8\",\"interface\":-1},"
	  "{\"address\":\"10.0.0.3/8\"}]}" },
	{ "{\"routes\":[{\"dst\":\"10.0.0.0/8\",\"table\":0,\"scope\":0,"
	  "\"mtu\":0,\"advmss\":0,\"priority\":0},"
	  "{\"dst\":\"10.0.0.0/8\",\"mtu\":-1,\"table\":null}]}",
	  "{\"cniVersion\":\"1.1.0\",\"routes\":["
	  "{\"dst\":\"10.0.0.0/8\",\"scope\":0,\"table\":0},"
	  "{\"dst\":\"10.0.0.0/8\",\"mtu\":-1}]}" },
	{ "{\"ips\":[{\"address\":\"::ffff:10.0.0.1/120\","
	  "\"gateway\":\"::ffff:10.0.0.2\"},"
	  "{\"address\":\"FD00::1.2.3.4/64\",\"gateway\":\"\"}]}",
	  "{\"cniVersion\":\"1.1.0\",\"ips\":["
	  "{\"address\":\"10.0.0.1/24\",\"gateway\":\"10.0.0.2\"},"
	  "{\"address\":\"fd00::102:304/64\"}]}" },
	/* the version of an address is what the address says */
	{ "{\"cniVersion\":\"0.4.0\","
	  "\"interfaces\":[{\"name\":\"a\",\"mtu\":\"ignored\"}],"
	  "\"ips\":[{\"version\":\"7\",\"address\":\"10.0.0.1/8\"}]}",
	  "{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"a\"}],"
	  "\"ips\":[{\"address\":\"10.0.0.1/8\"}]}" },
	{ "{\"ips\":[{\"version\":4,\"address\":\"10.0.0.1/8\"}]}",
	  "{\"cniVersion\":\"1.1.0\","
	  "\"ips\":[{\"address\":\"10.0.0.1/8\"}]}" },
	{ "{\"cniVersion\":\"0.2.0\",\"ip4\":null,"
	  "\"ip6\":{\"ip\":\"fd00::1/64\",\"routes\":"
	  "[{\"dst\":\"::/0\",\"mtu\":5}]},\"ips\":7}",
	  "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"fd00::1/64\"}],"
	  "\"routes\":[{\"dst\":\"::/0\"}]}" },
};

static void odd_but_valid_results_are_read_as_go_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };

		read_result(accepted[i].text, &result);
		assert_written(&result, CNI_VERSION_1_1_0, accepted[i].written);
	}
}

static const struct {
	const char *text;
	const char *msg;
} refused[] = {
	{ "[]", "result: must be an object, not an array" },
	{ "\"x\"", "result: must be an object, not a string" },
	{ "{\"cniVersion\":5}",
	  "\"cniVersion\": must be a string, not a number" },
	{ "{\"cniVersion\":\"1.0.0\\u0000\"}",
	  "\"cniVersion\": must not contain a NUL character" },
	{ "{\"interfaces\":{}}",
	  "\"interfaces\": must be an array, not an object" },
	{ "{\"interfaces\":[null]}",
	  "\"interfaces\": entry 0: must not be null" },
	{ "{\"interfaces\":[{},7]}",
	  "\"interfaces\": entry 1: must be an object, not a number" },
	{ "{\"interfaces\":[{\"name\":1}]}",
	  "\"interfaces\": entry 0: \"name\": must be a string, not a number" },
	{ "{\"interfaces\":[{\"mac\":\"a\\u0000\"}]}",
	  "\"interfaces\": entry 0: \"mac\": must not contain a NUL "
	  "character" },
	{ "{\"interfaces\":[{\"mtu\":1.5}]}",
	  "\"interfaces\": entry 0: \"mtu\": must be an integer, not 1.5" },
	{ "{\"ips\":[null]}", "\"ips\": entry 0: must not be null" },
	{ "{\"ips\":[{\"address\":null}]}",
	  "\"ips\": entry 0: \"address\": invalid CIDR address: " },
	{ "{\"ips\":[{\"address\":\"10.0.0.1\"}]}",
	  "\"ips\": entry 0: \"address\": invalid CIDR address: 10.0.0.1" },
	{ "{\"ips\":[{\"gateway\":\"10.0.0.1/24\"}]}",
	  "\"ips\": entry 0: \"gateway\": invalid IP address: 10.0.0.1/24" },
	{ "{\"ips\":[{\"interface\":\"0\"}]}",
	  "\"ips\": entry 0: \"interface\": must be an integer, not a "
	  "string" },
	{ "{\"cniVersion\":\"0.4.0\",\"ips\":[{\"version\":4}]}",
	  "\"ips\": entry 0: \"version\": must be a string, not a number" },
	{ "{\"routes\":[null]}", "\"routes\": entry 0: must not be null" },
	{ "{\"routes\":[{\"dst\":null}]}",
	  "\"routes\": entry 0: \"dst\": invalid CIDR address: " },
	{ "{\"routes\":[{\"table\":\"main\"}]}",
	  "\"routes\": entry 0: \"table\": must be an integer, not a string" },
	{ "{\"dns\":[]}", "\"dns\": must be an object, not an array" },
	{ "{\"dns\":{\"nameservers\":\"1.1.1.1\"}}",
	  "\"dns\": \"nameservers\": must be an array, not a string" },
	{ "{\"dns\":{\"search\":[\"a\",null]}}",
	  "\"dns\": \"search\": entry 1: must not be null" },
	{ "{\"cniVersion\":\"0.2.0\",\"ip4\":[]}",
	  "\"ip4\": must be an object, not an array" },
	{ "{\"cniVersion\":\"0.2.0\",\"ip6\":{\"routes\":[null]}}",
	  "\"ip6\": \"routes\": entry 0: must not be null" },
	{ "{\"cniVersion\":\"0.1.0\",\"ip4\":{\"ip\":\"x\"}}",
	  "\"ip4\": \"ip\": invalid CIDR address: x" },
};

static void wrong_results_are_refused_with_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		CNI_CLEANUP(json)
		json_object *object = parse_json(refused[i].text);
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_error err = { 0 };

		assert_int_equal(cni_result_from_json(object, "1.1.0", &result,
						      &err),
				 -EINVAL);
		assert_error(&err, CNI_CODE_DECODE, refused[i].msg);
		assert_int_equal(result.interface_count, 0);
		assert_null(result.ips);
	}
}

static void unknown_result_versions_are_refused(void **state)
{
	static const char *const versions[] = { "9.9.9", "1.0", "0.3", "x\"y" };
	static const char *const quoted[] = { "\"9.9.9\"", "\"1.0\"", "\"0.3\"",
					      "\"x\\\"y\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_error err = { 0 };
		char msg[80] = "unsupported CNI result version ";

		assert_int_equal(cni_result_from_json(NULL, versions[i],
						      &result, &err),
				 -EPROTONOSUPPORT);
		strcat(msg, quoted[i]);
		assert_error(&err, CNI_CODE_INTERNAL, msg);
	}
}

static void a_result_that_names_no_version_has_the_default_one(void **state)
{
	CNI_CLEANUP(json)
	json_object *object =
		parse_json("{\"ip4\":{\"ip\":\"10.0.0.1/8\"},"
			   "\"ips\":[{\"address\":\"10.0.0.2/8\"}]}");
	static const struct {
		const char *version;
		uint8_t last_byte;
	} cases[] = {
		{ NULL, 1 },	{ "", 1 },	{ "0.1.0", 1 }, { "0.2.0", 1 },
		{ "0.3.0", 2 }, { "0.4.0", 2 }, { "1.0.0", 2 }, { "1.1.0", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };

		assert_int_equal(cni_result_from_json(object, cases[i].version,
						      &result, NULL),
				 0);
		assert_int_equal(result.ip_count, 1);
		assert_int_equal(result.ips[0].address.addr.bytes[3],
				 cases[i].last_byte);
	}
}

static void without_an_address_0_2_0_cannot_be_written(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	json_object *object = NULL;
	struct cni_error err = { 0 };

	(void)state;
	read_result("{\"interfaces\":[{\"name\":\"eth0\"}],"
		    "\"routes\":[{\"dst\":\"10.0.0.0/8\"}],"
		    "\"dns\":{\"domain\":\"x\"}}",
		    &result);
	for (int i = CNI_VERSION_0_1_0; i <= CNI_VERSION_0_2_0; i++) {
		assert_int_equal(cni_result_to_json(&result,
						    (enum cni_version)i,
						    &object, &err),
				 -EINVAL);
		assert_error(&err, CNI_CODE_INTERNAL,
			     "cannot convert: no valid IP addresses");
		assert_null(object);
	}
	assert_written(&result, CNI_VERSION_0_3_0,
		       "{\"cniVersion\":\"0.3.0\","
		       "\"interfaces\":[{\"name\":\"eth0\"}],"
		       "\"routes\":[{\"dst\":\"10.0.0.0/8\"}],"
		       "\"dns\":{\"domain\":\"x\"}}");
}

static void results_are_built_piece_by_piece(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_result_ip ip = { .interface = 1 };
	struct cni_route route = { .has_table = true, .table = 7 };

	(void)state;
	assert_int_equal(cni_prefix_parse("10.0.0.2/8", &ip.address), 0);
	assert_int_equal(cni_prefix_parse("0.0.0.0/0", &route.dst), 0);
	assert_int_equal(cni_result_add_interface(&result, "cni0", "", NULL),
			 0);
	assert_int_equal(cni_result_add_interface(&result, "eth0",
						  "02:00:00:00:00:01", "/ns"),
			 1);
	assert_int_equal(cni_result_set_string(&result.interfaces[0].mac,
					       "02:00:00:00:00:02"),
			 0);
	assert_int_equal(cni_result_set_string(&result.interfaces[1].mac, NULL),
			 0);
	assert_int_equal(cni_result_add_ip(&result, &ip), 0);
	assert_int_equal(cni_result_add_route(&result, &route), 0);
	assert_int_equal(cni_string_list_add(&result.dns.options, "ndots:2"),
			 0);
	assert_written(&result, CNI_VERSION_1_0_0,
		       "{\"cniVersion\":\"1.0.0\","
		       "\"dns\":{\"options\":[\"ndots:2\"]},"
		       "\"interfaces\":[{\"mac\":\"02:00:00:00:00:02\","
		       "\"name\":\"cni0\"},{\"name\":\"eth0\","
		       "\"sandbox\":\"/ns\"}],"
		       "\"ips\":[{\"address\":\"10.0.0.2/8\",\"interface\":1}],"
		       "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"table\":7}]}");
}

static void addresses_find_their_interface_or_none(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };

	(void)state;
	read_result("{\"interfaces\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
		    "\"ips\":[{\"interface\":1},{\"interface\":2},"
		    "{\"interface\":-1},{}]}",
		    &result);
	assert_ptr_equal(cni_result_ip_interface(&result, &result.ips[0]),
			 &result.interfaces[1]);
	for (size_t i = 1; i < 4; i++)
		assert_null(cni_result_ip_interface(&result, &result.ips[i]));
}

static void dns_is_copied_deeply(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json("{\"nameservers\":[\"a\"],"
					 "\"NAMESERVERS\":[\"b\",\"c\"],"
					 "\"domain\":\"d\",\"search\":[]}");
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	CNI_CLEANUP(dns) struct cni_dns copy = { 0 };

	(void)state;
	assert_true(cni_dns_is_empty(&dns));
	assert_int_equal(cni_dns_decode(object, &dns, NULL), 0);
	assert_int_equal(cni_dns_copy(&dns, &copy), 0);
	cni_dns_done(&dns);
	assert_false(cni_dns_is_empty(&copy));
	assert_int_equal(copy.nameservers.count, 2);
	assert_string_equal(copy.nameservers.items[1], "c");
	assert_string_equal(copy.domain, "d");
	assert_true(copy.search.present);
	assert_int_equal(copy.search.count, 0);
	assert_false(copy.options.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_but_valid_results_are_read_as_go_does),
		cmocka_unit_test(wrong_results_are_refused_with_the_place),
		cmocka_unit_test(unknown_result_versions_are_refused),
		cmocka_unit_test(
			a_result_that_names_no_version_has_the_default_one),
		cmocka_unit_test(without_an_address_0_2_0_cannot_be_written),
		cmocka_unit_test(results_are_built_piece_by_piece),
		cmocka_unit_test(addresses_find_their_interface_or_none),
		cmocka_unit_test(dns_is_copied_deeply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
