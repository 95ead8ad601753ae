/* SPDX-License-Identifier: Apache-2.0 */
/* test_conf.c - the configuration: order of sets, requests, refusals */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "conf.h"
#include "json_text.h"
#include "table.h"

#define SUBNET "\"subnet\":\"10.0.0.0/24\""

static struct cni_call make_call(json_object *conf, const char *args)
{
	return (struct cni_call) {
		.args.args = args,
		.conf = conf,
		.cni_version = "1.1.0",
		.version = CNI_VERSION_1_1_0,
		.name = "net",
	};
}

/**
 * struct fault - a configuration that is refused
 * @conf: the configuration
 * @args: CNI_ARGS
 * @expected: the error's text
 */
struct fault {
	const char *conf;
	const char *args;
	const char *expected;
};

static const struct fault faults[] = {
	{ "{}", "", "IPAM config missing 'ipam' key" },
	{ "{\"ipam\":null}", "", "IPAM config missing 'ipam' key" },
	{ "{\"ipam\":[]}", "", "\"ipam\": must be an object, not an array" },
	{ "{\"ipam\":{}}", "", "no IP ranges specified" },
	{ "{\"ipam\":{\"ranges\":[]}}", "", "no IP ranges specified" },
	{ "{\"ipam\":{\"rangeStart\":\"10.0.0.2\"}}", "",
	  "no IP ranges specified" },
	{ "{\"ipam\":{\"subnet\":\"10.0.0.0\"}}", "",
	  "\"ipam\": \"subnet\": invalid CIDR address: 10.0.0.0" },
	{ "{\"ipam\":{\"subnet\":null}}", "",
	  "\"ipam\": \"subnet\": invalid CIDR address: " },
	{ "{\"ipam\":{" SUBNET ",\"gateway\":\"10.0.0.1/24\"}}", "",
	  "\"ipam\": \"gateway\": invalid IP address: 10.0.0.1/24" },
	{ "{\"ipam\":{" SUBNET ",\"rangeStart\":\"10.0.0.010\"}}", "",
	  "\"ipam\": \"rangeStart\": invalid IP address: 10.0.0.010" },
	{ "{\"ipam\":{\"ranges\":[null]}}", "",
	  "\"ipam\": \"ranges\": entry 0: must not be null" },
	{ "{\"ipam\":{\"ranges\":[[null]]}}", "",
	  "\"ipam\": \"ranges\": entry 0: entry 0: must not be null" },
	{ "{\"ipam\":{\"ranges\":[{" SUBNET "}]}}", "",
	  "\"ipam\": \"ranges\": entry 0: must be an array, not an object" },
	{ "{\"ipam\":{" SUBNET ",\"routes\":[null]}}", "",
	  "\"ipam\": \"routes\": entry 0: must not be null" },
	{ "{\"ipam\":{" SUBNET ",\"dataDir\":1}}", "",
	  "\"ipam\": \"dataDir\": must be a string, not a number" },
	{ "{\"ipam\":{" SUBNET ",\"exclude\":[\"10.0.0.1\"]}}", "",
	  "\"ipam\": \"exclude\": entry 0: invalid CIDR address: 10.0.0.1" },
	{ "{\"ipam\":{" SUBNET ",\"cooldownSeconds\":-1}}", "",
	  "\"ipam\": \"cooldownSeconds\": must be from 0 to 31622400, not "
	  "-1" },
	{ "{\"ipam\":{" SUBNET ",\"lockTimeoutSeconds\":3601}}", "",
	  "\"ipam\": \"lockTimeoutSeconds\": must be from 0 to 3600, not "
	  "3601" },
	{ "{\"ipam\":{" SUBNET ",\"stickyAddresses\":\"yes\"}}", "",
	  "\"ipam\": \"stickyAddresses\": must be a boolean, not a string" },
	{ "{\"ipam\":{" SUBNET "},\"runtimeConfig\":{\"ips\":[\"10.10.0\"]}}",
	  "", "invalid IP address 10.10.0" },
	{ "{\"ipam\":{" SUBNET "},\"runtimeConfig\":{\"ips\":[null]}}", "",
	  "\"ips\": entry 0: must be a string, not null" },
	{ "{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":[null]}}}", "",
	  "\"ips\": entry 0: must be a string, not null" },
	{ "{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":[7]}}}", "",
	  "\"ips\": entry 0: must be a string, not number" },
	{ "{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":[\"\"]}}}", "",
	  "cannot understand ip: IP <nil> not v4 nor v6" },
	{ "{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":\"10.0.0.2\"}}}",
	  "", "\"args\": \"cni\": \"ips\": must be an array, not a string" },
	{ "{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":[\"10.0.0.2/33\"]}"
	  "}}",
	  "", "invalid IP address 10.0.0.2/33" },
	{ "{\"ipam\":{" SUBNET "}}", "IP=zz",
	  "ARGS: error parsing value of pair \"IP=zz\": invalid IP address "
	  "zz" },
	{ "{\"ipam\":{" SUBNET "}}", "ip=10.0.0.2",
	  "ARGS: unknown args [\"ip=10.0.0.2\"]" },
	{ "{\"ipam\":{" SUBNET "}}", "FOO=bar;IP=10.0.0.2;A=b",
	  "ARGS: unknown args [\"FOO=bar\" \"A=b\"]" },
	{ "{\"ipam\":{" SUBNET "}}", "IP", "ARGS: invalid pair \"IP\"" },
	/* CNI_ARGS is looked at before the ranges */
	{ "{\"ipam\":{}}", "IP=zz",
	  "ARGS: error parsing value of pair \"IP=zz\": invalid IP address "
	  "zz" },
	{ "{\"ipam\":{},\"runtimeConfig\":{\"ipRanges\":[[{\"subnet\":"
	  "\"10.0.0.1/24\"}]]}}",
	  "",
	  "invalid range set 0: Network has host bits set. For a subnet mask "
	  "of length 24 the network address is 10.0.0.0" },
};

static void faults_are_named(void **state)
{
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		CNI_CLEANUP(json)
		json_object *json = parse_json(faults[i].conf);
		CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
		struct cni_call call = make_call(json, faults[i].args);

		assert_int_equal(hl_conf_decode(&call, &conf, &err), -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, faults[i].expected);
	}
}

static void sets_keep_the_order_of_the_go_plugin(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json(
		"{\"IPAM\":{\"Subnet\":\"10.1.0.0/24\",\"rangeEnd\":"
		"\"10.1.0.9\",\"ranges\":[[{\"subnet\":\"10.2.0.0/30\"}],"
		"[{\"subnet\":\"fd00::/126\"}]],\"Name\":\"x\"},"
		"\"runtimeConfig\":{\"ipRanges\":[[{\"subnet\":"
		"\"10.3.0.0/30\"}]]}}");
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_call call = make_call(json, "");

	(void)state;
	assert_int_equal(hl_conf_decode(&call, &conf, NULL), 0);
	for (size_t i = 0; i < conf.sets.count; i++) {
		hl_range_set_format(&conf.sets.items[i], &text);
		cni_buf_add(&text, " ");
	}
	assert_string_equal(cni_buf_text(&text),
			    "10.3.0.1-10.3.0.2 10.1.0.1-10.1.0.9 "
			    "10.2.0.1-10.2.0.2 fd00::1-fd00::3 ");
}

static void requests_come_from_three_places_and_count_once(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json(
		"{\"ipam\":{" SUBNET "},\"args\":{\"cni\":{\"ips\":["
		"\"10.0.0.3/24\",\"::ffff:10.0.0.4\",\"10.0.0.2\"]}},"
		"\"runtimeConfig\":{\"ips\":[\"FD00::0:5/64\",\"10.0.0.4\"]}}");
	static const char *const expected[] = { "10.0.0.2", "10.0.0.3",
						"10.0.0.4", "fd00::5" };
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_call call = make_call(
		json, "IgnoreUnknown=1;K8S_POD_NAME=a=b;IP=10.0.0.2;");
	char text[CNI_ADDR_STRLEN];

	(void)state;
	assert_int_equal(hl_conf_decode(&call, &conf, NULL), 0);
	assert_int_equal(conf.requested.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(cni_addr_format(&conf.requested.items[i],
						    text),
				    expected[i]);
}

static void an_empty_request_is_none(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json("{\"ipam\":{" SUBNET "}}");
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_call call = make_call(json, "IP=");

	(void)state;
	assert_int_equal(hl_conf_decode(&call, &conf, NULL), 0);
	assert_int_equal(conf.requested.count, 0);
}

static void options_have_defaults(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json("{\"ipam\":{" SUBNET
				       ",\"dataDir\":\"\",\"gateway\":\"\"}}");
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_call call = make_call(json, "");

	(void)state;
	assert_int_equal(hl_conf_decode(&call, &conf, NULL), 0);
	assert_string_equal(hl_conf_data_dir(&conf), "/var/lib/cni/networks");
	assert_int_equal(conf.ipam.lock_timeout, 30);
	assert_int_equal(conf.ipam.cooldown, 0);
	assert_false(conf.ipam.sticky);
	assert_int_equal(conf.ipam.exclude.count, 0);
}

static void options_are_read(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json(
		"{\"ipam\":{" SUBNET ",\"dataDir\":\"/x\",\"resolvConf\":"
		"\"/r\",\"cooldownSeconds\":60,\"lockTimeoutSeconds\":0,"
		"\"stickyAddresses\":true,\"exclude\":[\"10.0.0.5/31\"],"
		"\"routes\":[{\"dst\":\"0.0.0.0/0\"},{\"dst\":\"10.9.0.0/16\","
		"\"gw\":\"10.0.0.9\",\"mtu\":1400}]}}");
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_call call = make_call(json, "");
	char text[CNI_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(hl_conf_decode(&call, &conf, NULL), 0);
	assert_string_equal(hl_conf_data_dir(&conf), "/x");
	assert_string_equal(conf.ipam.resolv_conf, "/r");
	assert_int_equal(conf.ipam.lock_timeout, 0);
	assert_int_equal(conf.ipam.cooldown, 60);
	assert_true(conf.ipam.sticky);
	assert_int_equal(conf.ipam.exclude.count, 1);
	assert_string_equal(cni_prefix_format(&conf.ipam.exclude.items[0],
					      text),
			    "10.0.0.4/31");
	assert_int_equal(conf.ipam.routes.count, 2);
	assert_int_equal(conf.ipam.routes.items[1].mtu, 1400);
}

static void removing_needs_only_the_directory(void **state)
{
	CNI_CLEANUP(json)
	json_object *json = parse_json(
		"{\"ipam\":{\"subnet\":\"nonsense\",\"dataDir\":\"/d\","
		"\"ranges\":7,\"cooldownSeconds\":\"x\","
		"\"lockTimeoutSeconds\":5}}");
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_call call = make_call(json, "=;;rubbish");

	(void)state;
	hl_conf_decode_lenient(&call, &conf);
	assert_string_equal(hl_conf_data_dir(&conf), "/d");
	assert_int_equal(conf.ipam.cooldown, 0);
	assert_int_equal(conf.ipam.lock_timeout, 5);
}

static void removing_without_ipam_uses_the_default_directory(void **state)
{
	static const char *const confs[] = { "{}", "{\"ipam\":null}",
					     "{\"ipam\":[1]}",
					     "{\"ipam\":{\"dataDir\":{}}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(confs) / sizeof(*confs); i++) {
		CNI_CLEANUP(json) json_object *json = parse_json(confs[i]);
		CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
		struct cni_call call = make_call(json, "");

		hl_conf_decode_lenient(&call, &conf);
		assert_string_equal(hl_conf_data_dir(&conf),
				    HL_DEFAULT_DATA_DIR);
	}
}

static void checking_refuses_unknown_keys(void **state)
{
	static const struct fault checks[] = {
		{ "{\"ipam\":{\"type\":\"host-local\"," SUBNET "}}", "", NULL },
		{ "{\"ipam\":{\"type\":\"host-local\"," SUBNET
		  ",\"routs\":[]}}",
		  "", "routes" },
		{ "{\"ipam\":{\"ranges\":[[{" SUBNET
		  ",\"gatway\":\"10.0.0.1\"}]]}}",
		  "", "gateway" },
		{ "{\"ipam\":{\"subnet\":\"10.0.0.1/24\"}}", "", "host bits" },
		{ "{\"ipam\":{}}", "", "no IP ranges" },
		{ "{\"capabilities\":{\"ipRanges\":true},\"ipam\":{\"dataDir\":"
		  "\"/x\"}}",
		  "", NULL },
		{ "{\"capabilities\":{\"ipRanges\":true},\"ipam\":{\"dataDri\":"
		  "\"/x\"}}",
		  "", "dataDir" },
		{ "{\"capabilities\":{\"ipRanges\":false},\"ipam\":{}}", "",
		  "no IP ranges" },
	};
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		CNI_CLEANUP(json)
		json_object *json = parse_json(checks[i].conf);
		struct cni_call call = make_call(json, "");
		int ret = hl_check_config(&call, &err);

		assert_int_equal(ret, checks[i].expected ? -EINVAL : 0);
		if (ret) {
			assert_int_equal(err.code, CNI_CODE_INVALID_CONFIG);
			assert_non_null(strstr(err.msg, checks[i].expected));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(sets_keep_the_order_of_the_go_plugin),
		cmocka_unit_test(
			requests_come_from_three_places_and_count_once),
		cmocka_unit_test(an_empty_request_is_none),
		cmocka_unit_test(options_have_defaults),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(removing_needs_only_the_directory),
		cmocka_unit_test(
			removing_without_ipam_uses_the_default_directory),
		cmocka_unit_test(checking_refuses_unknown_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
