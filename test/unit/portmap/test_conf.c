/* SPDX-License-Identifier: Apache-2.0 */
/* test_conf.c - every key of the portmap configuration */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "conf.h"
#include "json_text.h"
#include "table.h"

static int decode(const char *text, struct portmap_conf *conf,
		  struct cni_error *err)
{
	json_object *json = parse_json(text);
	int ret = portmap_conf_decode(json, conf, err);

	json_object_put(json);
	return ret;
}

static void an_empty_config_has_the_defaults(void **state)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };

	(void)state;
	assert_int_equal(
		decode("{\"snat\":null,\"markMasqBit\":null}", &conf, NULL), 0);
	assert_int_equal(conf.backend, PORTMAP_BACKEND_NFTABLES);
	assert_false(conf.backend_is_set);
	assert_true(conf.snat);
	assert_false(conf.masq_all);
	assert_int_equal(conf.mark_masq_bit, 13);
	assert_null(conf.mark_chain);
	assert_false(conf.replace);
	assert_int_equal(conf.mappings.count, 0);
}

static void every_key_is_read(void **state)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };

	(void)state;
	assert_int_equal(
		decode("{\"backend\":\"iptables\",\"SNAT\":false,"
		       "\"masqAll\":true,\"markMasqBit\":5,"
		       "\"conditionsV4\":[\"!\",\"-s\",\"10.0.0.0/8\"],"
		       "\"conditionsV6\":[],\"onConflict\":\"replace\","
		       "\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":1,"
		       "\"containerPort\":2}]}}",
		       &conf, NULL),
		0);
	assert_int_equal(conf.backend, PORTMAP_BACKEND_IPTABLES);
	assert_true(conf.backend_is_set);
	assert_false(conf.snat);
	assert_true(conf.masq_all);
	assert_int_equal(conf.mark_masq_bit, 5);
	assert_int_equal(portmap_conf_conditions(&conf, AF_INET)->count, 3);
	assert_string_equal(conf.conditions_v4.items[2], "10.0.0.0/8");
	assert_int_equal(portmap_conf_conditions(&conf, AF_INET6)->count, 0);
	assert_true(conf.replace);
	assert_int_equal(conf.mappings.count, 1);
}

static void options_choose_the_backend(void **state)
{
	static const struct {
		const char *text;
		enum portmap_backend backend;
		bool is_set;
	} rows[] = {
		{ "{\"externalSetMarkChain\":\"KUBE-MARK-MASQ\"}",
		  PORTMAP_BACKEND_IPTABLES, true },
		{ "{\"conditionsV4\":[\"!\",\"-i\",\"eth0\"]}",
		  PORTMAP_BACKEND_IPTABLES, true },
		{ "{\"conditionsV6\":[\"-i\",\"eth0\"]}",
		  PORTMAP_BACKEND_IPTABLES, true },
		{ "{\"conditionsV4\":[\"iifname\",\"eth0\"]}",
		  PORTMAP_BACKEND_NFTABLES, true },
		{ "{\"conditionsV4\":[\"\",\"-i\"]}", PORTMAP_BACKEND_NFTABLES,
		  false },
		{ "{\"markMasqBit\":31}", PORTMAP_BACKEND_NFTABLES, false },
		{ "{\"backend\":\"nftables\"}", PORTMAP_BACKEND_NFTABLES,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };

		assert_int_equal(decode(rows[i].text, &conf, NULL), 0);
		assert_int_equal(conf.backend, rows[i].backend);
		assert_int_equal(conf.backend_is_set, rows[i].is_set);
	}
}

static void what_is_not_valid_is_named(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} rows[] = {
		{ "{\"backend\":\"ebpf\"}", "unrecognized backend \"ebpf\"" },
		{ "{\"markMasqBit\":32}",
		  "MasqMarkBit must be between 0 and 31" },
		{ "{\"markMasqBit\":-1}",
		  "MasqMarkBit must be between 0 and 31" },
		{ "{\"markMasqBit\":1,\"externalSetMarkChain\":\"X\"}",
		  "Cannot specify externalSetMarkChain and markMasqBit" },
		{ "{\"externalSetMarkChain\":\"X -j ACCEPT\"}",
		  "externalSetMarkChain is not the name of an iptables "
		  "chain" },
		{ "{\"externalSetMarkChain\":\"ABCDEFGHIJKLMNOPQRSTUVWXYZ012"
		  "\"}",
		  "externalSetMarkChain is not the name of an iptables "
		  "chain" },
		{ "{\"backend\":\"nftables\",\"externalSetMarkChain\":\"X\","
		  "\"conditionsV4\":[\"-i\",\"eth0\"]}",
		  "nftables backend was requested but configuration contains "
		  "iptables-specific options [externalSetMarkChain "
		  "conditionsV4]" },
		{ "{\"backend\":\"iptables\",\"conditionsV6\":[\"iifname\"]}",
		  "iptables backend was requested but configuration contains "
		  "nftables-specific options [conditionsV6]" },
		{ "{\"conditionsV4\":[\"iifname\"],"
		  "\"conditionsV6\":[\"-i\"]}",
		  "iptables backend was requested but configuration contains "
		  "nftables-specific options [conditionsV4]" },
		{ "{\"conditionsV4\":[\"a\\nb\"]}",
		  "\"conditionsV4\": entry 0: has a control character" },
		{ "{\"conditionsV4\":[1]}", "\"conditionsV4\": entry 0: "
					    "expected a string, not a number" },
		{ "{\"onConflict\":\"allow\"}",
		  "onConflict must be \"error\" or \"replace\"" },
		{ "{\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":0,"
		  "\"containerPort\":1}]}}",
		  "portMappings: entry 0: Invalid host port number: 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
		struct cni_error err = { 0 };
		char msg[512] = "failed to parse config: ";

		(void)strcat(msg, rows[i].msg);
		assert_int_equal(decode(rows[i].text, &conf, &err), -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_config_has_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(options_choose_the_backend),
		cmocka_unit_test(what_is_not_valid_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
