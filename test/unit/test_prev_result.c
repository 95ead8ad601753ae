/* SPDX-License-Identifier: Apache-2.0 */
/* test_prev_result.c - the prevResult member of a configuration */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/result.h"
#include "json_text.h"
#include "table.h"

#define VERSIONS 7

static const char *const versions[VERSIONS] = { "0.1.0", "0.2.0", "0.3.0",
						"0.3.1", "0.4.0", "1.0.0",
						"1.1.0" };

/* The versions of one type in the Go library share a number. */
static const int family[VERSIONS] = { 0, 0, 1, 1, 1, 2, 2 };

static const char *const family_text[] = { "[ 0.1.0 0.2.0]",
					   "[0.3.0 0.3.1 0.4.0]",
					   "[1.0.0 1.1.0]" };

static int read_prev(const char *conf_text, const char *conf_version,
		     struct cni_result *ret_result, struct cni_error *err)
{
	CNI_CLEANUP(json) json_object *conf = parse_json(conf_text);

	return cni_result_prev(conf, conf_version, ret_result, err);
}

static void check_versions(int conf, int prev)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_error err = { 0 };
	char text[128];
	char msg[256];
	int ret;

	(void)snprintf(text, sizeof(text),
		       "{\"prevResult\":{\"cniVersion\":\"%s\"}}",
		       versions[prev]);
	ret = read_prev(text, versions[conf], &result, &err);
	if (family[conf] == family[prev]) {
		assert_int_equal(ret, 0);
		return;
	}
	assert_int_equal(ret, -EPROTONOSUPPORT);
	(void)snprintf(msg, sizeof(msg),
		       "could not parse prevResult: result type supports %s "
		       "but unmarshalled CNIVersion is \"%s\"",
		       family_text[family[conf]], versions[prev]);
	assert_error(&err, CNI_CODE_INVALID_CONFIG, msg);
}

static void it_must_be_of_the_configs_version_family(void **state)
{
	(void)state;
	for (int conf = 0; conf < VERSIONS; conf++) {
		for (int prev = 0; prev < VERSIONS; prev++)
			check_versions(conf, prev);
	}
}

static void without_a_version_it_has_the_configs(void **state)
{
	static const char text[] = "{\"PREVRESULT\":{"
				   "\"ip4\":{\"ip\":\"10.0.0.1/8\"},"
				   "\"ips\":[{\"address\":\"10.0.0.2/8\"},"
				   "{\"address\":\"10.0.0.3/8\"}]}}";

	(void)state;
	for (int i = 0; i < VERSIONS; i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };

		assert_int_equal(read_prev(text, versions[i], &result, NULL),
				 0);
		assert_int_equal(result.ip_count, family[i] == 0 ? 1 : 2);
	}
}

static const struct {
	const char *text;
	int ret;
	const char *msg;
} refused[] = {
	{ "{}", -ENOENT, "prevResult is missing" },
	{ "null", -ENOENT, "prevResult is missing" },
	{ "{\"prevResult\":null}", -ENOENT, "prevResult is missing" },
	{ "{\"prevResult\":\"x\"}", -EINVAL,
	  "\"prevResult\": must be an object, not a string" },
	{ "{\"prevResult\":[]}", -EINVAL,
	  "\"prevResult\": must be an object, not an array" },
	{ "{\"prevResult\":{\"cniVersion\":5}}", -EINVAL,
	  "could not parse prevResult: \"cniVersion\": must be a string, "
	  "not a number" },
	{ "{\"prevResult\":{\"cniVersion\":\"9.9.9\"}}", -EPROTONOSUPPORT,
	  "could not parse prevResult: result type supports [1.0.0 1.1.0] but "
	  "unmarshalled CNIVersion is \"9.9.9\"" },
	{ "{\"prevResult\":{\"interfaces\":[null]}}", -EINVAL,
	  "could not parse prevResult: \"interfaces\": entry 0: "
	  "must not be null" },
	{ "{\"prevResult\":{\"ips\":[{\"address\":null}]}}", -EINVAL,
	  "could not parse prevResult: \"ips\": entry 0: \"address\": "
	  "invalid CIDR address: " },
};

static void anything_else_is_a_config_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_error err = { 0 };

		assert_int_equal(read_prev(refused[i].text, "1.1.0", &result,
					   &err),
				 refused[i].ret);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, refused[i].msg);
	}
}

static void an_unknown_config_version_is_refused(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(read_prev("{\"prevResult\":{}}", "2.0.0", &result,
				   &err),
			 -EPROTONOSUPPORT);
	assert_error(&err, CNI_CODE_INVALID_CONFIG,
		     "could not parse prevResult: incompatible CNI versions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_must_be_of_the_configs_version_family),
		cmocka_unit_test(without_a_version_it_has_the_configs),
		cmocka_unit_test(anything_else_is_a_config_error),
		cmocka_unit_test(an_unknown_config_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
