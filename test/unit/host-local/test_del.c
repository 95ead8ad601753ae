/* SPDX-License-Identifier: Apache-2.0 */
/* test_del.c - DEL: what it removes, and what it needs to know for that */
#include "verb_env.h"

static void del_removes_the_leases_of_the_attachment(void **state)
{
	struct verb_env *env = *state;
	const struct request other = {
		.verb = "ADD", .id = "c1", .ifname = "net1", .ipam = DUAL
	};

	assert_add(env, "c1", DUAL, "10.1.0.2/29 fd00::2/64");
	assert_int_equal(verb(env, &other), 0);
	/* whichever range it is in, whoever has written it */
	put(env, "172.16.0.9", " c1\r\neth0\n");
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(lease_count(env), 2);
	assert_content(env, "10.1.0.3", "c1\r\nnet1");
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(lease_count(env), 2);
	assert_content(env, "last_reserved_ip.0", "10.1.0.3");
}

static void del_removes_old_leases_when_there_are_no_new_ones(void **state)
{
	struct verb_env *env = *state;

	put(env, "10.1.0.4", "c1");
	put(env, "10.1.0.5", "c1\r\neth0");
	put(env, "10.1.0.6", "c1\neth0");
	put(env, "10.1.0.7", "c11");
	assert_int_equal(del(env, "c1"), 0);
	assert_false(has(env, "10.1.0.5"));
	assert_int_equal(lease_count(env), 3);
	assert_int_equal(del(env, "c1"), 0);
	assert_false(has(env, "10.1.0.4"));
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(lease_count(env), 2);
}

static void del_does_not_mistake_a_hint_for_a_lease(void **state)
{
	struct verb_env *env = *state;

	put(env, "last_reserved_ip.0", "10.1.0.9");
	assert_int_equal(del(env, "10.1.0.9"), 0);
	assert_content(env, "last_reserved_ip.0", "10.1.0.9");
}

static void del_does_not_need_a_valid_config(void **state)
{
	static const struct request requests[] = {
		{ .verb = "DEL", .id = "c1", .ipam = "\"ranges\":[]" },
		{ .verb = "DEL", .id = "c1", .ipam = "\"ranges\":[[{}]]" },
		{ .verb = "DEL", .id = "c1", .ipam = "\"subnet\":\"x\"" },
		{ .verb = "DEL",
		  .id = "c1",
		  .ipam = "\"resolvConf\":\"/nope\"" },
		{ .verb = "DEL", .id = "c1", .ipam = NET29, .args = "=;a" },
		{ .verb = "DEL",
		  .id = "c1",
		  .ipam = NET29,
		  .more = ",\"args\":7,\"runtimeConfig\":{\"ips\":[null]}" },
	};
	struct verb_env *env = *state;

	/* and makes nothing */
	assert_int_equal(del(env, "c1"), 0);
	assert_false(has(env, ""));
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		put(env, "10.1.0.2", "c1\r\neth0");
		assert_int_equal(verb(env, &requests[i]), 0);
		assert_false(has(env, "10.1.0.2"));
	}
}

static void del_names_too_many_ranges_once_the_leases_are_gone(void **state)
{
	static const struct request request = {
		.verb = "DEL",
		.id = "c1",
		.ipam = "\"ranges\":[[{\"subnet\":\"10.1.0.0/24\"}],"
			"[{\"subnet\":\"10.2.0.0/24\"}]]",
		.version = "0.2.0"
	};
	struct verb_env *env = *state;

	put(env, "10.1.0.2", "c1\r\neth0");
	assert_int_equal(verb(env, &request), CNI_CODE_INVALID_CONFIG);
	assert_string_equal(env->err.msg,
			    "CNI version 0.2.0 does not support more than 1 "
			    "address per family");
	assert_int_equal(lease_count(env), 0);
}

static void where_no_directory_can_be_nothing_is_to_be_removed(void **state)
{
	const struct request gc = {
		.verb = "GC",
		.ipam = NET16,
		.more = ",\"cni.dev/valid-attachments\":[]"
	};
	struct verb_env *env = *state;

	write_file(env->dir, NET, "", 0600);
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(verb(env, &gc), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERB_TEST(del_removes_the_leases_of_the_attachment),
		VERB_TEST(del_removes_old_leases_when_there_are_no_new_ones),
		VERB_TEST(del_does_not_mistake_a_hint_for_a_lease),
		VERB_TEST(del_does_not_need_a_valid_config),
		VERB_TEST(del_names_too_many_ranges_once_the_leases_are_gone),
		VERB_TEST(where_no_directory_can_be_nothing_is_to_be_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
