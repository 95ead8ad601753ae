/* SPDX-License-Identifier: Apache-2.0 */
/* test_add.c - ADD: what is leased, refused and written */
#include "verb_env.h"

static mode_t mode_of(const struct verb_env *env, const char *name)
{
	struct stat status;

	assert_int_equal(stat(in_net(env, name), &status), 0);
	return status.st_mode & 07777;
}

static void files_are_those_of_the_go_plugin(void **state)
{
	struct verb_env *env = *state;
	mode_t mask = umask(022);

	assert_add(env, "c1", DUAL, "10.1.0.2/29 fd00::2/64");
	(void)umask(mask);
	assert_content(env, "10.1.0.2", "c1\r\neth0");
	assert_content(env, "fd00::2", "c1\r\neth0");
	assert_content(env, "last_reserved_ip.0", "10.1.0.2");
	assert_content(env, "last_reserved_ip.1", "fd00::2");
	assert_content(env, "lock", "");
	assert_int_equal(mode_of(env, ""), 0755);
	assert_int_equal(mode_of(env, "lock"), 0750);
	assert_int_equal(mode_of(env, "10.1.0.2"), 0600);
	assert_int_equal(mode_of(env, "last_reserved_ip.0"), 0600);
	assert_int_equal(mode_of(env, ".index"), 0600);
	assert_false(has(env, ".lease.tmp"));
}

static void an_attachment_gets_no_second_address(void **state)
{
	struct verb_env *env = *state;
	const struct request other = {
		.verb = "ADD", .id = "c1", .ifname = "net1", .ipam = NET29
	};

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_int_equal(add(env, "c1", NET29), CNI_CODE_DUPLICATE_LEASE);
	assert_string_equal(env->err.msg,
			    "failed to allocate for range 0: 10.1.0.2 has been "
			    "allocated to c1, duplicate allocation is not "
			    "allowed");
	assert_content(env, "10.1.0.2", "c1\r\neth0");
	assert_int_equal(lease_count(env), 1);
	assert_int_equal(verb(env, &other), 0);
	assert_string_equal(env->ips, "10.1.0.3/29");
}

/* The Go plugin gives a second address, and frees the first in the end. */
static void a_request_is_no_way_around_it(void **state)
{
	struct verb_env *env = *state;
	const struct request request = {
		.verb = "ADD", .id = "c1", .ipam = DUAL, .args = "IP=10.1.0.5"
	};

	assert_add(env, "c1", DUAL, "10.1.0.2/29 fd00::2/64");
	assert_int_equal(verb(env, &request), CNI_CODE_DUPLICATE_LEASE);
	assert_true(has(env, "10.1.0.2"));
	assert_true(has(env, "fd00::2"));
	assert_int_equal(lease_count(env), 2);
}

static void an_old_lease_of_the_container_is_a_duplicate(void **state)
{
	struct verb_env *env = *state;

	put(env, "10.1.0.4", "c1");
	assert_int_equal(add(env, "c1", NET29), CNI_CODE_DUPLICATE_LEASE);
	assert_content(env, "10.1.0.4", "c1");
	/* outside of the ranges it does not count */
	put(env, "10.9.0.4", "c2\r\neth0");
	assert_add(env, "c2", NET29, "10.1.0.2/29");
}

static void requests_are_met_or_refused(void **state)
{
	static const struct {
		const char *ips;
		int code;
		const char *expected;
	} rows[] = {
		{ "\"10.1.0.5\"", 0, "10.1.0.5/29 fd00::2/64" },
		{ "\"fd00::99\"", 0, "10.1.0.2/29 fd00::99/64" },
		{ "\"fd00::77\",\"10.1.0.6\"", 0, "10.1.0.6/29 fd00::77/64" },
		{ "\"10.1.0.1\"", CNI_CODE_INVALID_CONFIG,
		  "failed to allocate for range 0: requested ip 10.1.0.1 is "
		  "subnet's gateway" },
		{ "\"10.1.0.4\"", CNI_CODE_ADDRESS_TAKEN,
		  "failed to allocate for range 0: requested IP address "
		  "10.1.0.4 is not available in range set "
		  "10.1.0.1-10.1.0.6" },
		{ "\"10.1.0.7\"", CNI_CODE_INVALID_CONFIG,
		  "failed to allocate all requested IPs: 10.1.0.7" },
		{ "\"10.1.2.1\",\"10.1.0.2\",\"10.1.0.3\"",
		  CNI_CODE_INVALID_CONFIG,
		  "failed to allocate all requested IPs: 10.1.2.1 10.1.0.3" },
	};
	struct verb_env *env = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct request request = { .verb = "ADD",
					   .id = "c1",
					   .ipam = DUAL };
		char more[128];

		put(env, "10.1.0.4", "other\r\neth0");
		(void)snprintf(more, sizeof(more),
			       ",\"runtimeConfig\":{\"ips\":[%s]}",
			       rows[i].ips);
		request.more = more;
		assert_int_equal(verb(env, &request), rows[i].code);
		assert_string_equal(rows[i].code ? env->err.msg : env->ips,
				    rows[i].expected);
		assert_int_equal(lease_count(env), rows[i].code ? 1 : 3);
		assert_int_equal(del(env, "c1"), 0);
		for (int set = 0; set < 2; set++) {
			char name[32];

			(void)snprintf(name, sizeof(name),
				       "last_reserved_ip.%d", set);
			(void)unlink(in_net(env, name));
		}
	}
}

static void excluded_addresses_cannot_be_requested(void **state)
{
	struct verb_env *env = *state;
	const struct request request = {
		.verb = "ADD",
		.id = "c1",
		.ipam = NET29 ",\"exclude\":[\"10.1.0.4/31\"]",
		.args = "IP=10.1.0.5",
	};

	assert_int_equal(verb(env, &request), CNI_CODE_INVALID_CONFIG);
	assert_string_equal(env->err.msg,
			    "failed to allocate for range 0: requested ip "
			    "10.1.0.5 is excluded by 10.1.0.4/31");
}

static void a_full_second_set_leaves_nothing_of_the_first(void **state)
{
	struct verb_env *env = *state;
	const char *ipam = "\"ranges\":[[{\"subnet\":\"10.1.0.0/29\"}],[{"
			   "\"subnet\":\"10.2.0.0/30\"}]]";

	put(env, "10.2.0.2", "other\r\neth0");
	assert_int_equal(add(env, "c1", ipam), CNI_CODE_EXHAUSTED);
	assert_string_equal(env->err.msg,
			    "failed to allocate for range 1: no IP addresses "
			    "available in range set: 10.2.0.1-10.2.0.2");
	assert_int_equal(lease_count(env), 1);
	assert_false(has(env, "last_reserved_ip.0"));
}

static void addresses_go_round(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_add(env, "c2", NET29, "10.1.0.3/29");
	assert_int_equal(del(env, "c1"), 0);
	assert_add(env, "c3", NET29, "10.1.0.4/29");
	assert_add(env, "c4", NET29, "10.1.0.5/29");
	assert_add(env, "c5", NET29, "10.1.0.6/29");
	assert_add(env, "c6", NET29, "10.1.0.2/29");
	assert_int_equal(add(env, "c7", NET29), CNI_CODE_EXHAUSTED);
	assert_int_equal(del(env, "c4"), 0);
	assert_add(env, "c7", NET29, "10.1.0.5/29");
}

static void a_hint_that_is_none_is_ignored(void **state)
{
	static const char *const hints[] = {
		"",
		"10.1.0.4\n",
		"rubbish",
		"10.9.0.4",
		"fd00::1",
		"10.1.0.4 and a text that is longer than any address can be",
	};
	struct verb_env *env = *state;

	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		put(env, "last_reserved_ip.0", hints[i]);
		assert_add(env, "c1", NET29, "10.1.0.2/29");
		assert_content(env, "last_reserved_ip.0", "10.1.0.2");
		assert_int_equal(del(env, "c1"), 0);
	}
	put(env, "last_reserved_ip.0", "10.1.0.4");
	assert_add(env, "c1", NET29, "10.1.0.5/29");
}

static void a_hint_that_cannot_be_written_reserves_nothing(void **state)
{
	struct verb_env *env = *state;

	put(env, "lock", "");
	assert_int_equal(mkdir(in_net(env, "last_reserved_ip.1"), 0700), 0);
	assert_int_equal(add(env, "c1", DUAL), CNI_CODE_STORE_UNUSABLE);
	assert_int_equal(lease_count(env), 0);
}

static void files_without_content_are_free(void **state)
{
	static const char *const contents[] = { "", " \n", "c9\r", "c9\r\n" };
	struct verb_env *env = *state;
	const struct request request = {
		.verb = "ADD", .id = "c1", .ipam = NET30, .args = "IP=10.1.0.2"
	};

	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		put(env, "10.1.0.2", contents[i]);
		assert_add(env, "c1", NET30, "10.1.0.2/30");
		assert_content(env, "10.1.0.2", "c1\r\neth0");
		assert_int_equal(del(env, "c1"), 0);
		put(env, "10.1.0.2", contents[i]);
		assert_int_equal(verb(env, &request), 0);
		assert_int_equal(del(env, "c1"), 0);
	}
}

/* In place: the directory does not show it. */
static void a_lease_that_was_emptied_is_free(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET30, "10.1.0.2/30");
	assert_int_equal(truncate(in_net(env, "10.1.0.2"), 0), 0);
	assert_add(env, "c2", NET30, "10.1.0.2/30");
	assert_int_equal(check(env, "c1", NET30), CNI_CODE_CHECK_FAILED);
	assert_int_equal(check(env, "c2", NET30), 0);
}

static void whatever_has_the_name_of_an_address_is_taken(void **state)
{
	struct verb_env *env = *state;
	struct stat status;
	char outside[4096];

	put(env, "10.1.0.2", "reserved for the printer");
	assert_int_equal(mkdir(in_net(env, "10.1.0.3"), 0700), 0);
	assert_int_equal(mkfifo(in_net(env, "10.1.0.4"), 0600), 0);
	(void)snprintf(outside, sizeof(outside), "%s/outside", env->dir);
	assert_int_equal(symlink(outside, in_net(env, "10.1.0.5")), 0);
	assert_add(env, "c1", NET29, "10.1.0.6/29");
	assert_int_equal(add(env, "c2", NET29), CNI_CODE_EXHAUSTED);
	assert_int_equal(lease_count(env), 5);
	assert_int_equal(stat(outside, &status), -1);
}

static void links_are_not_followed(void **state)
{
	struct verb_env *env = *state;
	char outside[4096];

	put(env, "10.1.0.2", "other\r\neth0");
	write_file(env->dir, "outside", "c1\r\neth0", 0600);
	(void)snprintf(outside, sizeof(outside), "%s/outside", env->dir);
	assert_int_equal(symlink(outside, in_net(env, "10.1.0.3")), 0);
	assert_int_equal(symlink(outside, in_net(env, ".index")), 0);
	assert_int_equal(symlink(outside, in_net(env, ".lease.tmp")), 0);
	assert_add(env, "c1", NET29, "10.1.0.4/29");
	assert_int_equal(del(env, "c1"), 0);
	assert_true(has(env, "10.1.0.3"));
	assert_int_equal(symlink(outside, in_net(env, "last_reserved_ip.1")),
			 0);
	assert_int_equal(add(env, "c1", DUAL), CNI_CODE_STORE_UNUSABLE);
	assert_int_equal(truncate(outside, 8), 0);
	assert_int_equal(lease_count(env), 2);
}

static void what_a_killed_run_left_is_removed(void **state)
{
	struct verb_env *env = *state;

	put(env, ".lease.tmp", "c9\r\neth0");
	assert_int_equal(del(env, "c1"), 0);
	assert_false(has(env, ".lease.tmp"));
	put(env, ".lease.tmp", "c9\r\neth0");
	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_false(has(env, ".lease.tmp"));
}

static void an_id_too_long_for_a_lease_is_refused(void **state)
{
	struct verb_env *env = *state;
	static char id[5000];

	memset(id, 'a', sizeof(id) - 1);
	assert_int_equal(add(env, id, NET29), CNI_CODE_INVALID_ENVIRONMENT);
	id[4000] = '\0';
	assert_add(env, id, NET29, "10.1.0.2/29");
	assert_int_equal(check(env, id, NET29), 0);
	assert_int_equal(del(env, id), 0);
	assert_int_equal(lease_count(env), 0);
}

static void the_result_has_routes_and_dns(void **state)
{
	struct verb_env *env = *state;
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(json) json_object *conf = NULL;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_call call = {
		.args = { .container_id = "c1", .ifname = "eth0", .args = "" },
		.cni_version = "1.1.0",
		.version = CNI_VERSION_1_1_0,
		.name = NET,
	};

	write_file(env->dir, "resolv", "nameserver 192.0.2.1\nsearch a b\n",
		   0600);
	cni_buf_addf(&text,
		     "{\"ipam\":{\"dataDir\":\"%s\",\"resolvConf\":"
		     "\"%s/resolv\"," NET29 ",\"routes\":[{\"dst\":"
		     "\"0.0.0.0/0\",\"gw\":\"10.1.0.9\",\"mtu\":1400,"
		     "\"table\":0}]}}",
		     env->dir, env->dir);
	conf = parse_json(cni_buf_text(&text));
	call.conf = conf;
	assert_int_equal(hl_add(&call, &result, &env->err), 0);
	assert_int_equal(result.ip_count, 1);
	assert_int_equal(result.ips[0].interface, CNI_RESULT_NO_INTERFACE);
	assert_int_equal(result.route_count, 1);
	assert_int_equal(result.routes[0].mtu, 1400);
	assert_true(result.routes[0].has_table);
	assert_string_equal(result.dns.nameservers.items[0], "192.0.2.1");
	assert_int_equal(result.dns.search.count, 2);
}

static void without_resolv_conf_nothing_is_reserved(void **state)
{
	struct verb_env *env = *state;

	assert_int_equal(add(env, "c1", NET29 ",\"resolvConf\":\"/nope\""),
			 CNI_CODE_IO);
	assert_string_equal(env->err.msg,
			    "open /nope: No such file or directory");
	assert_false(has(env, ""));
}

static void a_file_in_the_way_of_the_directory_is_named(void **state)
{
	struct verb_env *env = *state;

	write_file(env->dir, NET, "", 0600);
	assert_int_equal(add(env, "c1", NET29), CNI_CODE_STORE_UNUSABLE);
	assert_non_null(strstr(env->err.msg, env->dir));
	assert_non_null(strstr(env->err.msg, "Not a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERB_TEST(files_are_those_of_the_go_plugin),
		VERB_TEST(an_attachment_gets_no_second_address),
		VERB_TEST(a_request_is_no_way_around_it),
		VERB_TEST(an_old_lease_of_the_container_is_a_duplicate),
		VERB_TEST(requests_are_met_or_refused),
		VERB_TEST(excluded_addresses_cannot_be_requested),
		VERB_TEST(a_full_second_set_leaves_nothing_of_the_first),
		VERB_TEST(addresses_go_round),
		VERB_TEST(a_hint_that_is_none_is_ignored),
		VERB_TEST(a_hint_that_cannot_be_written_reserves_nothing),
		VERB_TEST(files_without_content_are_free),
		VERB_TEST(a_lease_that_was_emptied_is_free),
		VERB_TEST(whatever_has_the_name_of_an_address_is_taken),
		VERB_TEST(links_are_not_followed),
		VERB_TEST(what_a_killed_run_left_is_removed),
		VERB_TEST(an_id_too_long_for_a_lease_is_refused),
		VERB_TEST(the_result_has_routes_and_dns),
		VERB_TEST(without_resolv_conf_nothing_is_reserved),
		VERB_TEST(a_file_in_the_way_of_the_directory_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
