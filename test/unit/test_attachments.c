/* SPDX-License-Identifier: Apache-2.0 */
/* test_attachments.c - the list of valid attachments that GC gets */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/skel.h"
#include "json_text.h"
#include "table.h"

#define KEY	"\"cni.dev/valid-attachments\""
#define OLD_KEY "\"cni.dev/attachments\""

static void both_names_of_the_list_are_read(void **state)
{
	static const char *const texts[] = {
		"{" KEY ":[{\"containerID\":\"b\",\"ifname\":\"eth1\"},"
		"{\"containerID\":\"b\",\"ifname\":\"eth0\"},"
		"{\"containerID\":\"a\",\"ifname\":\"eth0\",\"x\":1}]}",
		"{" OLD_KEY ":[{\"containerid\":\"b\",\"IFNAME\":\"eth1\"},"
		"{\"containerID\":\"b\",\"ifname\":\"eth0\"},"
		"{\"containerID\":\"a\",\"ifname\":\"eth0\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CNI_CLEANUP(json) json_object *conf = parse_json(texts[i]);
		CNI_CLEANUP(attachments)
		struct cni_attachment_list list = { 0 };

		assert_int_equal(cni_attachments_decode(conf, &list, NULL), 0);
		assert_int_equal(list.count, 3);
		assert_true(cni_attachments_have(&list, "b", "eth1"));
		assert_true(cni_attachments_have(&list, "b", "eth0"));
		assert_true(cni_attachments_have(&list, "a", "eth0"));
		assert_false(cni_attachments_have(&list, "a", "eth1"));
		assert_false(cni_attachments_have(&list, "c", "eth0"));
		assert_true(cni_attachments_have_id(&list, "a"));
		assert_true(cni_attachments_have_id(&list, "b"));
		assert_false(cni_attachments_have_id(&list, "ab"));
	}
}

static void the_newer_name_wins(void **state)
{
	CNI_CLEANUP(json)
	json_object *conf = parse_json(
		"{" OLD_KEY ":[{\"containerID\":\"old\",\"ifname\":\"e\"}]," KEY
		":[{\"containerID\":\"new\",\"ifname\":\"e\"}]}");
	CNI_CLEANUP(attachments) struct cni_attachment_list list = { 0 };

	(void)state;
	assert_int_equal(cni_attachments_decode(conf, &list, NULL), 0);
	assert_true(cni_attachments_have_id(&list, "new"));
	assert_false(cni_attachments_have_id(&list, "old"));
}

static void an_empty_list_has_nothing(void **state)
{
	/* What libcni makes of a list it was given nothing for. */
	static const char *const texts[] = {
		"{" KEY ":[]}",
		"{" OLD_KEY ":[]}",
		"{" KEY ":null," OLD_KEY ":null}",
		"{" OLD_KEY ":null}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CNI_CLEANUP(json) json_object *conf = parse_json(texts[i]);
		CNI_CLEANUP(attachments)
		struct cni_attachment_list list = { .count = 7 };

		assert_int_equal(cni_attachments_decode(conf, &list, NULL), 0);
		assert_int_equal(list.count, 0);
		assert_false(cni_attachments_have(&list, "a", "eth0"));
		assert_false(cni_attachments_have_id(&list, "a"));
	}
}

#define MISSING                                                   \
	KEY " is missing: without the list of valid attachments " \
	    "all would be removed"

static const struct {
	const char *text;
	int ret;
	const char *msg;
} bad[] = {
	{ "{}", -ENOENT, MISSING },
	{ "null", -ENOENT, MISSING },
	{ "{" KEY ":{}}", -EINVAL,
	  "cni.dev/valid-attachments: must be an array, not an object" },
	{ "{" KEY ":[null]}", -EINVAL,
	  "cni.dev/valid-attachments: entry 0: must not be null" },
	{ "{" KEY ":[{\"containerID\":\"a\",\"ifname\":\"b\"},\"x\"]}", -EINVAL,
	  "cni.dev/valid-attachments: entry 1: must be an object, not string" },
	{ "{" KEY ":[{\"ifname\":\"b\"}]}", -EINVAL,
	  "cni.dev/valid-attachments: entry 0: \"containerID\" must be a "
	  "non-empty string" },
	{ "{" KEY ":[{\"containerID\":\"\",\"ifname\":\"b\"}]}", -EINVAL,
	  "cni.dev/valid-attachments: entry 0: \"containerID\" must be a "
	  "non-empty string" },
	{ "{" KEY ":[{\"containerID\":\"a\",\"ifname\":1}]}", -EINVAL,
	  "cni.dev/valid-attachments: entry 0: \"ifname\" must be a non-empty "
	  "string" },
};

/* Whatever cannot be understood must never count as "nothing is valid". */
static void what_is_no_list_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CNI_CLEANUP(json) json_object *conf = parse_json(bad[i].text);
		struct cni_attachment_list list = { .count = 7 };
		struct cni_error err = { 0 };

		assert_int_equal(cni_attachments_decode(conf, &list, &err),
				 bad[i].ret);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, bad[i].msg);
		assert_null(list.items);
		assert_int_equal(list.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_names_of_the_list_are_read),
		cmocka_unit_test(the_newer_name_wins),
		cmocka_unit_test(an_empty_list_has_nothing),
		cmocka_unit_test(what_is_no_list_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
