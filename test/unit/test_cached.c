/* SPDX-License-Identifier: Apache-2.0 */
/* test_cached.c - what a runtime keeps of an attachment that it has added */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cached.h"
#include "json_text.h"

/* {"cniVersion":"1.0.0","name":"net","plugins":[{"type":"bridge"},
 * {"type":"portmap","capabilities":{"portMappings":true,"mac":false},
 * "snat":false}]} */
#define LIST                                                                 \
	"eyJjbmlWZXJzaW9uIjoiMS4wLjAiLCJuYW1lIjoibmV0IiwicGx1Z2lucyI6W3sidH" \
	"lwZSI6ImJyaWRnZSJ9LHsidHlwZSI6InBvcnRtYXAiLCJjYXBhYmlsaXRpZXMiOnsi" \
	"cG9ydE1hcHBpbmdzIjp0cnVlLCJtYWMiOmZhbHNlfSwic25hdCI6ZmFsc2V9XX0="

/* {"cniVersion":"0.4.0","name":"net","type":"portmap"} */
#define SINGLE                                                             \
	"eyJjbmlWZXJzaW9uIjoiMC40LjAiLCJuYW1lIjoibmV0IiwidHlwZSI6InBvcnRt" \
	"YXAifQ=="

#define IDENTITY                                                     \
	"\"kind\":\"cniCacheV1\",\"containerId\":\"c1\",\"ifName\":" \
	"\"eth0\",\"networkName\":\"net\""
#define RESULT "\"result\":{\"cniVersion\":\"1.0.0\"}"

static int parse(const char *text, struct cni_cached *cached,
		 struct cni_error *err)
{
	return cni_cached_parse(text, strlen(text), cached, err);
}

static void a_file_of_libcni_is_read(void **state)
{
	CNI_CLEANUP(cached) struct cni_cached cached;
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{" IDENTITY ",\"config\":\"" LIST "\",\"netns\":"
		      "\"/run/netns/p\",\"cniArgs\":[[\"K\",\"V\"],[\"A\","
		      "\"b=c\"]],\"capabilityArgs\":{\"portMappings\":[]}"
		      "," RESULT "}",
		      &cached, &err),
		0);
	assert_string_equal(cached.network, "net");
	assert_string_equal(cached.container_id, "c1");
	assert_string_equal(cached.ifname, "eth0");
	assert_string_equal(cached.netns, "/run/netns/p");
	assert_string_equal(cached.cni_args, "K=V;A=b=c");
	assert_non_null(cached.capability_args);
}

static void what_older_versions_leave_out_is_empty(void **state)
{
	CNI_CLEANUP(cached) struct cni_cached cached;
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(parse("{" IDENTITY ",\"config\":\"" SINGLE "\"," RESULT
			       "}",
			       &cached, &err),
			 0);
	assert_string_equal(cached.netns, "");
	assert_string_equal(cached.cni_args, "");
	assert_null(cached.capability_args);
}

static void a_plugin_gets_what_the_runtime_gave_it(void **state)
{
	CNI_CLEANUP(cached) struct cni_cached cached;
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{" IDENTITY ",\"config\":\"" LIST "\","
		      "\"capabilityArgs\":{\"portMappings\":[1],\"mac\":\"m\","
		      "\"bandwidth\":{}}," RESULT "}",
		      &cached, &err),
		0);
	assert_int_equal(cni_cached_conf(&cached, "portmap", &conf, &err), 1);
	assert_json_text(
		conf, 0,
		"{\"type\":\"portmap\",\"capabilities\":{\"portMappings\":true,"
		"\"mac\":false},\"snat\":false,\"name\":\"net\","
		"\"cniVersion\":\"1.0.0\",\"runtimeConfig\":{\"portMappings\":"
		"[1]},\"prevResult\":{\"cniVersion\":\"1.0.0\"}}");
	assert_int_equal(cni_cached_conf(&cached, "tuning", &conf, &err), 0);
}

static void a_single_configuration_is_a_list_of_one(void **state)
{
	CNI_CLEANUP(cached) struct cni_cached cached;
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(parse("{" IDENTITY ",\"config\":\"" SINGLE "\"," RESULT
			       "}",
			       &cached, &err),
			 0);
	assert_int_equal(cni_cached_conf(&cached, "portmap", &conf, &err), 1);
	assert_json_text(conf, 0,
			 "{\"cniVersion\":\"0.4.0\",\"name\":\"net\",\"type\":"
			 "\"portmap\",\"prevResult\":{\"cniVersion\":"
			 "\"1.0.0\"}}");
	assert_int_equal(cni_cached_conf(&cached, "bridge", &conf, &err), 0);
}

static void anything_else_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} rows[] = {
		{ "", "unexpected end of JSON input" },
		{ "[]", "not of the kind" },
		{ "null", "not of the kind" },
		{ "{\"cniVersion\":\"1.0.0\",\"ips\":[]}", "not of the kind" },
		{ "{\"kind\":\"cniCacheV2\"}", "not of the kind" },
		{ "{\"kind\":\"cniCacheV1\"}", "networkName" },
		{ "{\"kind\":\"cniCacheV1\",\"networkName\":\"../x\"}",
		  "networkName" },
		{ "{\"kind\":\"cniCacheV1\",\"networkName\":\"n\","
		  "\"containerId\":\"a/b\"}",
		  "containerId" },
		{ "{\"kind\":\"cniCacheV1\",\"networkName\":\"n\","
		  "\"containerId\":\"a\",\"ifName\":\"..\"}",
		  "ifName" },
		{ "{" IDENTITY "," RESULT "}", "not base64" },
		{ "{" IDENTITY ",\"config\":{}," RESULT "}", "not base64" },
		{ "{" IDENTITY ",\"config\":\"e30\"," RESULT "}",
		  "not base64" },
		{ "{" IDENTITY ",\"config\":\"e3==e30=\"," RESULT "}",
		  "not base64" },
		{ "{" IDENTITY ",\"config\":\"e=0=\"," RESULT "}",
		  "not base64" },
		{ "{" IDENTITY ",\"config\":\"====\"," RESULT "}",
		  "not base64" },
		{ "{" IDENTITY ",\"config\":\"\"," RESULT "}", "config" },
		{ "{" IDENTITY ",\"config\":\"W10=\"," RESULT "}",
		  "not an object" },
		{ "{" IDENTITY ",\"config\":\"bnVsbA==\"," RESULT "}",
		  "not an object" },
		{ "{" IDENTITY ",\"config\":\"e30=\"}", "no \"result\"" },
		{ "{" IDENTITY ",\"config\":\"e30=\",\"result\":[]}",
		  "no \"result\"" },
		{ "{" IDENTITY ",\"config\":\"e30=\",\"cniArgs\":[[\"a\"]],"
		  "" RESULT "}",
		  "pairs" },
		{ "{" IDENTITY ",\"config\":\"e30=\",\"cniArgs\":[7]," RESULT
		  "}",
		  "pairs" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CNI_CLEANUP(cached) struct cni_cached cached;
		struct cni_error err = { 0 };

		assert_int_equal(parse(rows[i].text, &cached, &err), -EINVAL);
		if (!strstr(err.msg, rows[i].reason))
			fail_msg("%s: \"%s\"", rows[i].text, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_libcni_is_read),
		cmocka_unit_test(what_older_versions_leave_out_is_empty),
		cmocka_unit_test(a_plugin_gets_what_the_runtime_gave_it),
		cmocka_unit_test(a_single_configuration_is_a_list_of_one),
		cmocka_unit_test(anything_else_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
