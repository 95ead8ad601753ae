/* SPDX-License-Identifier: Apache-2.0 */
/* test_verbs.c - loopback's executable: every verb, seen by iproute2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "netns_env.h"
#include "run.h"

#define PLUGIN CNI_BIN_DIR "/loopback"

#define ADDRESSES                                                 \
	"\"ips\":[{\"address\":\"127.0.0.1/8\",\"interface\":0}," \
	"{\"address\":\"::1/128\",\"interface\":0}]"
#define INTERFACES                                                        \
	"\"interfaces\":[{\"mac\":\"00:00:00:00:00:00\",\"name\":\"lo\"," \
	"\"sandbox\":\"@\"}]"

/*
 * call() - run the plugin
 * @plugin: its file
 * @command: the verb
 * @netns: CNI_NETNS
 * @members: members of the configuration beside its name
 */
static struct run_result call(const char *plugin, const char *command,
			      const char *netns, const char *members)
{
	char vars[2][128];
	char conf[1024];
	const char *const env[] = { vars[0],
				    vars[1],
				    "CNI_CONTAINERID=c1",
				    "CNI_IFNAME=eth0",
				    "CNI_ARGS=none",
				    "CNI_PATH=/bin",
				    NULL };
	const struct run run = { .path = plugin, .env = env, .input = conf };
	struct run_result result;

	(void)snprintf(vars[0], sizeof(vars[0]), "CNI_COMMAND=%s", command);
	(void)snprintf(vars[1], sizeof(vars[1]), "CNI_NETNS=%s", netns);
	(void)snprintf(conf, sizeof(conf), "{\"name\":\"net\",%s}", members);
	run_program(&run, &result);
	return result;
}

/* The same where only success and silence are expected. */
static void call_quietly(const char *command, const char *netns,
			 const char *members)
{
	struct run_result result = call(PLUGIN, command, netns, members);

	assert_int_equal(result.status, 0);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err, "");
	run_result_done(&result);
}

static bool lo_is_up(const struct netns_env *env)
{
	CNI_CLEANUP(json)
	json_object *link = netns_json(env->pod, "ip -j link show dev lo");

	return strstr(json_text(link, "/0/flags"), "\"UP\"") != NULL;
}

/* The expected text, where @ stands for CNI_NETNS. */
static json_object *expected_json(const char *text, const char *netns)
{
	const char *at = strchr(text, '@');
	char expanded[1024];
	json_object *object;

	if (at)
		(void)snprintf(expanded, sizeof(expanded), "%.*s%s%s",
			       (int)(at - text), text, netns, at + 1);
	else
		(void)snprintf(expanded, sizeof(expanded), "%s", text);
	object = json_tokener_parse(expanded);
	assert_non_null(object);
	return object;
}

static void assert_result(const struct run_result *result, const char *text,
			  const char *netns)
{
	CNI_CLEANUP(json) json_object *got = json_tokener_parse(result->out);
	CNI_CLEANUP(json) json_object *wanted = expected_json(text, netns);

	assert_int_equal(result->status, 0);
	if (!json_object_equal(got, wanted))
		fail_msg("%s\nis not\n%s", result->out,
			 json_object_to_json_string(wanted));
}

#define OLD_ADDRESSES                                                  \
	"\"ips\":[{\"version\":\"4\",\"address\":\"127.0.0.1/8\","     \
	"\"interface\":0},{\"version\":\"6\",\"address\":\"::1/128\"," \
	"\"interface\":0}],\"dns\":{}"
#define OLDEST                                                           \
	"\"ip4\":{\"ip\":\"127.0.0.1/8\"},\"ip6\":{\"ip\":\"::1/128\"}," \
	"\"dns\":{}"

static const struct {
	const char *version;
	const char *members;
} versions[] = {
	{ "1.1.0", INTERFACES "," ADDRESSES },
	{ "1.0.0", INTERFACES "," ADDRESSES },
	{ "0.4.0", INTERFACES "," OLD_ADDRESSES },
	{ "0.3.1", INTERFACES "," OLD_ADDRESSES },
	{ "0.3.0", INTERFACES "," OLD_ADDRESSES },
	{ "0.2.0", OLDEST },
	{ "0.1.0", OLDEST },
};

static void add_answers_in_the_shape_of_every_version(void **state)
{
	struct netns_env *env = *state;

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct run_result result;
		char members[64];
		char text[512];

		(void)snprintf(members, sizeof(members),
			       "\"cniVersion\":\"%s\"", versions[i].version);
		(void)snprintf(text, sizeof(text), "{%s,%s}", members,
			       versions[i].members);
		result = call(PLUGIN, "ADD", env->pod_path, members);
		assert_result(&result, text, env->pod_path);
		assert_true(lo_is_up(env));
		call_quietly("DEL", env->pod_path, members);
		assert_false(lo_is_up(env));
		run_result_done(&result);
	}
}

static void a_pod_without_ipv6_has_one_address(void **state)
{
	struct netns_env *env = *state;
	struct run_result result;

	netns_sh(env->pod, "sysctl -q -w net.ipv6.conf.all.disable_ipv6=1");
	result = call(PLUGIN, "ADD", env->pod_path, "\"cniVersion\":\"1.0.0\"");
	assert_result(&result,
		      "{\"cniVersion\":\"1.0.0\"," INTERFACES
		      ",\"ips\":[{\"address\":\"127.0.0.1/8\","
		      "\"interface\":0}]}",
		      env->pod_path);
	run_result_done(&result);
}

static void a_previous_result_is_handed_through(void **state)
{
	struct netns_env *env = *state;
	struct run_result result;

	result = call(PLUGIN, "ADD", env->pod_path,
		      "\"cniVersion\":\"1.1.0\",\"prevResult\":{\"cniVersion\":"
		      "\"1.0.0\",\"ips\":[{\"address\":\"10.0.0.2/8\"}],"
		      "\"dns\":{\"domain\":\"x\"},\"unknown\":1}");
	assert_result(&result,
		      "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":"
		      "\"10.0.0.2/8\"}],\"dns\":{\"domain\":\"x\"}}",
		      "");
	assert_true(lo_is_up(env));
	run_result_done(&result);
}

static void a_bad_previous_result_stops_add_but_not_del(void **state)
{
	static const char members[] =
		"\"cniVersion\":\"1.0.0\",\"prevResult\":{\"cniVersion\":"
		"\"0.4.0\"}";
	struct netns_env *env = *state;
	struct run_result result = call(PLUGIN, "ADD", env->pod_path, members);

	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.out,
			       "\"msg\": \"failed to parse prevResult: could "
			       "not parse prevResult: "));
	assert_false(lo_is_up(env));
	run_result_done(&result);
	netns_sh(env->pod, "ip link set lo up");
	call_quietly("DEL", env->pod_path, members);
	assert_false(lo_is_up(env));
}

static void a_foreign_address_is_refused_and_lo_left_down(void **state)
{
	struct netns_env *env = *state;
	struct run_result result;

	netns_sh(env->pod, "ip addr add 10.9.9.9/32 dev lo");
	result = call(PLUGIN, "ADD", env->pod_path, "\"cniVersion\":\"1.0.0\"");
	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.out,
			       "loopback interface found with non-loopback "
			       "address \\\"10.9.9.9\\\""));
	assert_false(lo_is_up(env));
	run_result_done(&result);
}

static void check_wants_lo_up(void **state)
{
	struct netns_env *env = *state;
	struct run_result result = call(PLUGIN, "CHECK", env->pod_path,
					"\"cniVersion\":\"1.0.0\"");

	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.out, "loopback interface is down"));
	run_result_done(&result);
	netns_sh(env->pod, "ip link set lo up");
	call_quietly("CHECK", env->pod_path, "\"cniVersion\":\"1.0.0\"");
	assert_true(lo_is_up(env));
}

static void gc_and_status_succeed(void **state)
{
	(void)state;
	call_quietly("STATUS", "", "\"cniVersion\":\"1.1.0\"");
	call_quietly("GC", "",
		     "\"cniVersion\":\"1.1.0\",\"cni.dev/valid-attachments\":"
		     "[]");
}

static void del_needs_no_namespace(void **state)
{
	static const char members[] = "\"cniVersion\":\"1.0.0\"";

	(void)state;
	call_quietly("DEL", "", members);
	call_quietly("DEL", "/nonexistent/netns", members);
	call_quietly("DEL", "/etc/passwd", members);
}

static void add_and_check_need_a_namespace(void **state)
{
	static const char *const verbs[] = { "ADD", "CHECK" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct run_result result = call(PLUGIN, verbs[i],
						"/nonexistent",
						"\"cniVersion\":\"1.0.0\"");

		assert_int_equal(result.status, 1);
		assert_non_null(strstr(result.out,
				       "failed to Statfs \\\"/nonexistent"));
		run_result_done(&result);
	}
}

static void the_answer_is_that_of_the_go_plugin(void **state)
{
	const char *dir = getenv("CNI_REF_PATH");
	static const char members[] = "\"cniVersion\":\"1.0.0\"";
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *other = NULL;
	struct run_result ours;
	struct run_result theirs;
	char plugin[512];

	(void)snprintf(plugin, sizeof(plugin), "%s/loopback",
		       dir ? dir : "/usr/lib/cni");
	if (access(plugin, X_OK) < 0) {
		print_message("there is no %s to compare with\n", plugin);
		skip();
	}
	ours = call(PLUGIN, "ADD", env->pod_path, members);
	call_quietly("DEL", env->pod_path, members);
	theirs = call(plugin, "ADD", env->pod_path, members);
	other = json_tokener_parse(theirs.out);
	/* Plugins before 1.6.0 print an empty dns in 1.0.0, too. */
	json_object_object_del(other, "dns");
	assert_result(&ours, json_object_to_json_string(other), "");
	run_result_done(&ours);
	run_result_done(&theirs);
}

#define TEST(name)                                             \
	cmocka_unit_test_setup_teardown(name, netns_env_setup, \
					netns_env_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(add_answers_in_the_shape_of_every_version),
		TEST(a_pod_without_ipv6_has_one_address),
		TEST(a_previous_result_is_handed_through),
		TEST(a_bad_previous_result_stops_add_but_not_del),
		TEST(a_foreign_address_is_refused_and_lo_left_down),
		TEST(check_wants_lo_up),
		TEST(gc_and_status_succeed),
		TEST(del_needs_no_namespace),
		TEST(add_and_check_need_a_namespace),
		TEST(the_answer_is_that_of_the_go_plugin),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
