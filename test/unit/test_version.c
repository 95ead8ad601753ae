/* SPDX-License-Identifier: Apache-2.0 */
/* test_version.c - specification versions: lookup, verb rules, fixed texts */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/version.h"
#include "table.h"

static void every_version_is_found_by_its_text(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < CNI_VERSION_COUNT; i++) {
		enum cni_version found = CNI_VERSION_COUNT;
		const char *text = cni_version_text((enum cni_version)i);

		assert_int_equal(cni_version_lookup(text, &found, NULL), 0);
		assert_int_equal(found, i);
	}
}

static void no_version_means_the_oldest(void **state)
{
	enum cni_version found = CNI_VERSION_COUNT;

	(void)state;
	assert_int_equal(cni_version_lookup(NULL, &found, NULL), 0);
	assert_int_equal(found, CNI_VERSION_0_1_0);
	found = CNI_VERSION_COUNT;
	assert_int_equal(cni_version_lookup("", &found, NULL), 0);
	assert_int_equal(found, CNI_VERSION_0_1_0);
}

static void a_foreign_version_is_named_with_ours(void **state)
{
	static const char *const foreign[] = { "1.0",	"1.1",	  "1.0.1",
					       "2.0.0", "1.1.0 ", "v1.0.0" };
	enum cni_version found = CNI_VERSION_COUNT;
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		assert_int_equal(cni_version_lookup(foreign[i], &found, &err),
				 -EPROTONOSUPPORT);
		assert_error(&err, 1, "incompatible CNI versions");
		assert_int_equal(found, CNI_VERSION_COUNT);
	}
	assert_int_equal(cni_version_lookup("9\"9", &found, &err),
			 -EPROTONOSUPPORT);
	assert_string_equal(err.details,
			    "config is \"9\\\"9\", plugin supports "
			    "[\"0.1.0\" \"0.2.0\" \"0.3.0\" \"0.3.1\" "
			    "\"0.4.0\" \"1.0.0\" \"1.1.0\"]");
}

static const struct {
	const char *text;
	enum cni_version since;
	const char *verb;
	int ret;
	int code;
	const char *msg;
} allows[] = {
	{ "0.4.0", CNI_VERSION_0_4_0, "CHECK", 0, 0, NULL },
	{ "1.1.0", CNI_VERSION_0_4_0, "CHECK", 0, 0, NULL },
	{ "1.1.0", CNI_VERSION_1_1_0, "GC", 0, 0, NULL },
	{ "", CNI_VERSION_0_4_0, "CHECK", -EPROTONOSUPPORT, 1,
	  "config version does not allow CHECK" },
	{ NULL, CNI_VERSION_1_1_0, "STATUS", -EPROTONOSUPPORT, 1,
	  "config version does not allow STATUS" },
	{ "0.3.1", CNI_VERSION_0_4_0, "CHECK", -EPROTONOSUPPORT, 1,
	  "config version does not allow CHECK" },
	{ "1.0.0", CNI_VERSION_1_1_0, "GC", -EPROTONOSUPPORT, 1,
	  "config version does not allow GC" },
	{ "1.2.0", CNI_VERSION_0_4_0, "CHECK", -EPROTONOSUPPORT, 1,
	  "plugin version does not allow CHECK" },
	{ "10", CNI_VERSION_1_1_0, "GC", -EPROTONOSUPPORT, 1,
	  "plugin version does not allow GC" },
	/* a supported version is newer, but none is equal */
	{ "1.0.5", CNI_VERSION_0_4_0, "CHECK", -EPROTONOSUPPORT, 1,
	  "incompatible CNI versions" },
	{ "1.1", CNI_VERSION_1_1_0, "GC", -EPROTONOSUPPORT, 1,
	  "incompatible CNI versions" },
	{ "1.-1.0", CNI_VERSION_0_4_0, "CHECK", -EPROTONOSUPPORT, 1,
	  "incompatible CNI versions" },
	{ "1.0.0.0", CNI_VERSION_0_4_0, "CHECK", -EINVAL, 6,
	  "invalid version \"1.0.0.0\": too many parts" },
	{ "abc", CNI_VERSION_0_4_0, "CHECK", -EINVAL, 6,
	  "failed to convert major version part \"abc\": strconv.Atoi: "
	  "parsing \"abc\": invalid syntax" },
	{ "1.x", CNI_VERSION_0_4_0, "CHECK", -EINVAL, 6,
	  "failed to convert minor version part \"x\": strconv.Atoi: "
	  "parsing \"x\": invalid syntax" },
	{ "1.0.", CNI_VERSION_0_4_0, "CHECK", -EINVAL, 6,
	  "failed to convert micro version part \"\": strconv.Atoi: "
	  "parsing \"\": invalid syntax" },
	{ "99999999999999999999.0.0", CNI_VERSION_0_4_0, "CHECK", -EINVAL, 6,
	  "failed to convert major version part \"99999999999999999999\": "
	  "strconv.Atoi: parsing \"99999999999999999999\": value out of "
	  "range" },
};

static void verbs_have_the_version_rules_of_the_go_plugins(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(allows) / sizeof(allows[0]); i++) {
		struct cni_error err = { 0 };
		int ret = cni_version_allows(allows[i].text, allows[i].since,
					     allows[i].verb, &err);

		assert_int_equal(ret, allows[i].ret);
		if (ret)
			assert_error(&err, allows[i].code, allows[i].msg);
	}
}

static void the_version_reply_is_the_go_plugins_line(void **state)
{
	(void)state;
	assert_string_equal(
		CNI_VERSION_REPLY,
		"{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.1.0\","
		"\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\","
		"\"1.1.0\"]}\n");
	for (unsigned int i = 0; i < CNI_VERSION_COUNT; i++) {
		const char *text = cni_version_text((enum cni_version)i);

		assert_non_null(strstr(CNI_VERSION_REPLY, text));
		assert_non_null(strstr(CNI_VERSION_LIST, text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_found_by_its_text),
		cmocka_unit_test(no_version_means_the_oldest),
		cmocka_unit_test(a_foreign_version_is_named_with_ours),
		cmocka_unit_test(
			verbs_have_the_version_rules_of_the_go_plugins),
		cmocka_unit_test(the_version_reply_is_the_go_plugins_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
