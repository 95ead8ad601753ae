/* SPDX-License-Identifier: Apache-2.0 */
/* test_reuse.c - cooldownSeconds and stickyAddresses */
#include <time.h>

#include "verb_env.h"

static void a_freed_address_rests(void **state)
{
	const char *ipam = NET29 ",\"cooldownSeconds\":1000";
	const struct request del_c2 = { .verb = "DEL",
					.id = "c2",
					.ipam = ipam };
	const struct request del_c3 = { .verb = "DEL",
					.id = "c3",
					.ipam = ipam };
	struct verb_env *env = *state;

	assert_add(env, "c1", ipam, "10.1.0.2/29");
	assert_add(env, "c2", ipam, "10.1.0.3/29");
	assert_add(env, "c3", ipam, "10.1.0.4/29");
	assert_add(env, "c4", ipam, "10.1.0.5/29");
	assert_int_equal(verb(env, &del_c3), 0);
	assert_int_equal(verb(env, &del_c2), 0);
	assert_true(has(env, ".released-10.1.0.3"));
	assert_add(env, "c5", ipam, "10.1.0.6/29");
	/* Nothing else is free: the one that has rested longest. */
	assert_add(env, "c6", ipam, "10.1.0.4/29");
	assert_false(has(env, ".released-10.1.0.4"));
	assert_add(env, "c7", ipam, "10.1.0.3/29");
	assert_int_equal(add(env, "c8", ipam), CNI_CODE_EXHAUSTED);
}

static void a_rest_ends(void **state)
{
	const char *ipam = NET29 ",\"cooldownSeconds\":1000";
	const struct timespec old[2] = { { .tv_sec = time(NULL) - 1001 },
					 { .tv_sec = time(NULL) - 1001 } };
	struct verb_env *env = *state;

	put(env, "last_reserved_ip.0", "10.1.0.3");
	put(env, ".released-10.1.0.4", "");
	put(env, ".released-10.1.0.5", "");
	assert_add(env, "c1", ipam, "10.1.0.6/29");
	assert_int_equal(utimensat(AT_FDCWD, in_net(env, ".released-10.1.0.4"),
				   old, 0),
			 0);
	put(env, "last_reserved_ip.0", "10.1.0.3");
	assert_add(env, "c2", ipam, "10.1.0.4/29");
}

static void set_lease_time(const struct verb_env *env, const char *name,
			   time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when },
					   { .tv_sec = when } };

	assert_int_equal(utimensat(AT_FDCWD, in_net(env, name), times, 0), 0);
}

static void an_address_from_before_the_boot_comes_back(void **state)
{
	const char *sticky = DUAL ",\"stickyAddresses\":true";
	struct verb_env *env = *state;

	assert_add(env, "c0", DUAL, "10.1.0.2/29 fd00::2/64");
	assert_add(env, "c1", DUAL, "10.1.0.3/29 fd00::3/64");
	/* of this boot: an error as ever */
	assert_int_equal(add(env, "c1", sticky), CNI_CODE_DUPLICATE_LEASE);
	set_lease_time(env, "10.1.0.3", 1000);
	set_lease_time(env, "fd00::3", 1000);
	assert_int_equal(add(env, "c1", DUAL), CNI_CODE_DUPLICATE_LEASE);
	assert_add(env, "c1", sticky, "10.1.0.3/29 fd00::3/64");
	assert_int_equal(lease_count(env), 4);
	/* and now they are of this boot */
	assert_int_equal(add(env, "c1", sticky), CNI_CODE_DUPLICATE_LEASE);
}

static void of_a_half_old_attachment_the_rest_is_new(void **state)
{
	const char *sticky = DUAL ",\"stickyAddresses\":true";
	struct verb_env *env = *state;

	put(env, "10.1.0.5", "c1\r\neth0");
	set_lease_time(env, "10.1.0.5", 1000);
	assert_add(env, "c1", sticky, "10.1.0.5/29 fd00::2/64");
}

static void an_old_address_gives_way_to_a_request(void **state)
{
	struct verb_env *env = *state;
	const struct request request = {
		.verb = "ADD",
		.id = "c1",
		.ipam = NET29 ",\"stickyAddresses\":true",
		.args = "IP=10.1.0.6",
	};

	put(env, "10.1.0.5", "c1\r\neth0");
	set_lease_time(env, "10.1.0.5", 1000);
	assert_int_equal(verb(env, &request), 0);
	assert_string_equal(env->ips, "10.1.0.6/29");
	assert_false(has(env, "10.1.0.5"));
	assert_int_equal(lease_count(env), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERB_TEST(a_freed_address_rests),
		VERB_TEST(a_rest_ends),
		VERB_TEST(an_address_from_before_the_boot_comes_back),
		VERB_TEST(of_a_half_old_attachment_the_rest_is_new),
		VERB_TEST(an_old_address_gives_way_to_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
