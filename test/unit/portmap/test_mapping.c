/* SPDX-License-Identifier: Apache-2.0 */
/* test_mapping.c - portMappings: what is accepted, and what is said otherwise
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "cmocka_env.h"

#include "json_text.h"
#include "mapping.h"
#include "table.h"

static int decode(const char *text, struct portmap_mapping_list *list,
		  struct cni_error *err)
{
	json_object *json = parse_json(text);
	int ret = portmap_mappings_decode(json, list, err);

	json_object_put(json);
	return ret;
}

/* The mappings as text, separated by commas. */
static void assert_mappings(const char *text, const char *expected)
{
	CNI_CLEANUP(mapping_list) struct portmap_mapping_list list = { 0 };
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };
	struct cni_error err = { 0 };
	char one[PORTMAP_MAPPING_STRLEN];

	if (decode(text, &list, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	for (size_t i = 0; i < list.count; i++)
		cni_buf_addf(&buf, "%s%s>%u", i ? "," : "",
			     portmap_mapping_format(&list.items[i], one),
			     list.items[i].container_port);
	assert_string_equal(cni_buf_text(&buf), expected);
}

static void names_protocols_and_addresses_are_read_in_any_form(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{ "[]", "" },
		{ "null", "" },
		{ "[{\"hostPort\":8080,\"containerPort\":80,"
		  "\"protocol\":\"tcp\"}]",
		  "tcp 8080>80" },
		{ "[{\"HostPort\":1,\"CONTAINERPORT\":65535,"
		  "\"Protocol\":\"UDP\",\"hostip\":\"\"}]",
		  "udp 1>65535" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"protocol\":\"Sctp\","
		  "\"hostIP\":\"10.0.0.5\"}]",
		  "sctp 10.0.0.5:1>2" },
		{ "[{\"hostPort\":1,\"containerPort\":2,"
		  "\"hostIP\":\"FD00:0::5\"}]",
		  "tcp [fd00::5]:1>2" },
		{ "[{\"hostPort\":1,\"containerPort\":2,"
		  "\"hostIP\":\"::ffff:10.0.0.5\"}]",
		  "tcp 10.0.0.5:1>2" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"hostIP\":\"0.0.0.0\","
		  "\"protocol\":null},"
		  "{\"hostPort\":1,\"containerPort\":2,\"hostIP\":\"::\"},"
		  "{\"hostPort\":1,\"containerPort\":2,\"protocol\":\"udp\"}]",
		  "tcp 0.0.0.0:1>2,tcp [::]:1>2,udp 1>2" },
		/* the same port of certain addresses and of all others */
		{ "[{\"hostPort\":1,\"containerPort\":2},"
		  "{\"hostPort\":1,\"containerPort\":3,"
		  "\"hostIP\":\"10.0.0.5\"}]",
		  "tcp 1>2,tcp 10.0.0.5:1>3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_mappings(rows[i].text, rows[i].expected);
}

static void what_is_not_valid_is_named(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} rows[] = {
		{ "{}", "portMappings: must be an array, not an object" },
		{ "[1]", "portMappings: entry 0: expected an object, not a "
			 "number" },
		{ "[null]", "portMappings: entry 0: must not be null" },
		{ "[{\"hostPort\":1,\"containerPort\":2},{\"hostPort\":0,"
		  "\"containerPort\":80}]",
		  "portMappings: entry 1: Invalid host port number: 0" },
		{ "[{\"hostPort\":1}]",
		  "portMappings: entry 0: Invalid container port number: 0" },
		{ "[{\"hostPort\":65536,\"containerPort\":80}]",
		  "portMappings: entry 0: Invalid host port number: 65536, "
		  "the highest is 65535" },
		{ "[{\"hostPort\":-1,\"containerPort\":80}]",
		  "portMappings: entry 0: Invalid host port number: -1" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"protocol\":"
		  "\"icmp\"}]",
		  "portMappings: entry 0: protocol is not tcp, udp, sctp or "
		  "dccp: \"icmp\"" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"protocol\":"
		  "\"tcp dport 1; flush ruleset\"}]",
		  "portMappings: entry 0: protocol is not tcp, udp, sctp or "
		  "dccp: \"tcp dport 1; flush ruleset\"" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"hostIP\":"
		  "\"10.0.0.300\"}]",
		  "portMappings: entry 0: hostIP is not an IP address: "
		  "\"10.0.0.300\"" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"hostIP\":"
		  "\"fe80::1%eth0\"}]",
		  "portMappings: entry 0: hostIP is not an IP address: "
		  "\"fe80::1%eth0\"" },
		{ "[{\"hostPort\":1,\"containerPort\":2,\"hostIP\":"
		  "\"224.0.0.1\"}]",
		  "portMappings: entry 0: hostIP is a multicast address: "
		  "\"224.0.0.1\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(mapping_list)
		struct portmap_mapping_list list = { 0 };
		struct cni_error err = { 0 };

		assert_int_equal(decode(rows[i].text, &list, &err), -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, rows[i].msg);
	}
}

#define ENTRY(port, proto, ip)                                              \
	"{\"hostPort\":" port ",\"containerPort\":80,\"protocol\":\"" proto \
	"\",\"hostIP\":\"" ip "\"}"

static void duplicates_are_named(void **state)
{
	static const struct {
		const char *text;
		const char *msg; /* NULL: no duplicates */
	} rows[] = {
		{ "[" ENTRY("1", "tcp", "") "," ENTRY("1", "TCP", "") "]",
		  "portMappings: entry 1: tcp 1 is published by entry 0 "
		  "already" },
		{ "[" ENTRY("1", "tcp", "0.0.0.0") "," ENTRY("1", "tcp",
							     "") "]",
		  "portMappings: entry 1: tcp 0.0.0.0:1 is published by entry "
		  "0 already" },
		{ "[" ENTRY("1", "tcp", "") "," ENTRY(
			  "1", "tcp", "10.0.0.1") "," ENTRY("1", "tcp",
							    "::") "]",
		  "portMappings: entry 2: tcp [::]:1 is published by entry 0 "
		  "already" },
		{ "[" ENTRY("1", "tcp", "10.0.0.1") "," ENTRY(
			  "2", "tcp",
			  "10.0.0.1") "," ENTRY("1", "tcp",
						"::ffff:10.0.0.1") "]",
		  "portMappings: entry 2: tcp 10.0.0.1:1 is published by entry "
		  "0 already" },
		{ "[" ENTRY("1", "tcp", "10.0.0.1") "," ENTRY(
			  "1", "tcp", "10.0.0.2") "," ENTRY("1", "udp",
							    "10.0.0.1") "]",
		  NULL },
		{ "[" ENTRY("1", "tcp", "") "," ENTRY("2", "tcp", "") "," ENTRY(
			  "1", "udp", "") "]",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(mapping_list)
		struct portmap_mapping_list list = { 0 };
		struct cni_error err = { 0 };

		assert_int_equal(decode(rows[i].text, &list, &err),
				 rows[i].msg ? -EINVAL : 0);
		if (rows[i].msg)
			assert_error(&err, CNI_CODE_INVALID_CONFIG,
				     rows[i].msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			names_protocols_and_addresses_are_read_in_any_form),
		cmocka_unit_test(what_is_not_valid_is_named),
		cmocka_unit_test(duplicates_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
