/* SPDX-License-Identifier: Apache-2.0 */
/* test_verbs.c - CHECK, GC, STATUS and the lock */
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#include "verb_env.h"

static void check_finds_what_is_there(void **state)
{
	struct verb_env *env = *state;
	struct request request = {
		.verb = "CHECK", .id = "c1", .ifname = "net1", .ipam = NET29
	};

	assert_int_equal(check(env, "c1", NET29), CNI_CODE_CHECK_FAILED);
	assert_false(has(env, ""));
	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_int_equal(check(env, "c1", NET29), 0);
	assert_int_equal(verb(env, &request), CNI_CODE_CHECK_FAILED);
	assert_string_equal(env->err.msg,
			    "host-local: Failed to find address added by "
			    "container c1");
	put(env, "10.1.0.5", "c2");
	assert_int_equal(check(env, "c2", NET29), 0);
	/* written over in place: the index does not know */
	put(env, "10.1.0.2", "c3\r\neth0");
	assert_int_equal(check(env, "c1", NET29), CNI_CODE_CHECK_FAILED);
	assert_int_equal(check(env, "c3", NET29), 0);
}

static void check_compares_with_the_result_of_add(void **state)
{
	struct verb_env *env = *state;
	struct request request = { .verb = "CHECK", .id = "c1", .ipam = DUAL };

	assert_add(env, "c1", DUAL, "10.1.0.2/29 fd00::2/64");
	request.more = ",\"prevResult\":{\"ips\":[{\"address\":\"10.1.0.2/29\"}"
		       ",{\"address\":\"fd00::2/64\"},{\"address\":"
		       "\"192.0.2.1/24\"}]}";
	assert_int_equal(verb(env, &request), 0);
	request.more = ",\"prevResult\":{\"ips\":[{\"address\":"
		       "\"10.1.0.3/29\"}]}";
	assert_int_equal(verb(env, &request), CNI_CODE_CHECK_FAILED);
	assert_string_equal(env->err.msg,
			    "host-local: 10.1.0.3 is not leased to container "
			    "c1");
	request.more = ",\"prevResult\":{\"ips\":[null]}";
	assert_int_equal(verb(env, &request), CNI_CODE_INVALID_CONFIG);
}

static int gc(struct verb_env *env, const char *list)
{
	const struct request request = { .verb = "GC",
					 .ipam = NET29,
					 .more = list };

	return verb(env, &request);
}

static void gc_removes_who_is_not_listed(void **state)
{
	struct verb_env *env = *state;

	put(env, "10.1.0.2", "c1\r\neth0");
	put(env, "10.1.0.3", "c1\r\nnet1");
	put(env, "10.1.0.4", "c2\r\neth0");
	put(env, "10.1.0.5", "c2");
	put(env, "10.1.0.6", "c3");
	put(env, "fd00::2", "c1\r\neth0");
	put(env, "192.0.2.7", "");
	put(env, "192.0.2.8", "reserved for the printer");
	put(env, ".lease.tmp", "c1\r\neth0");
	put(env, ".released-10.1.0.6", "");
	put(env, "readme", "c9\r\neth0");
	assert_int_equal(gc(env, ",\"cni.dev/valid-attachments\":["
				 "{\"containerID\":\"c1\",\"ifname\":\"eth0\"},"
				 "{\"containerID\":\"c2\",\"ifname\":"
				 "\"net7\"}]"),
			 0);
	assert_true(has(env, "10.1.0.2"));
	assert_true(has(env, "10.1.0.5"));
	assert_true(has(env, "fd00::2"));
	assert_true(has(env, "192.0.2.8"));
	assert_true(has(env, "readme"));
	assert_int_equal(lease_count(env), 4);
	assert_false(has(env, ".lease.tmp"));
	assert_false(has(env, ".released-10.1.0.6"));
	/* and what it left in the index is true */
	assert_int_equal(check(env, "c1", NET29), 0);
	assert_int_equal(check(env, "c3", NET29), CNI_CODE_CHECK_FAILED);
}

static void gc_without_a_list_removes_nothing(void **state)
{
	struct verb_env *env = *state;

	put(env, "10.1.0.2", "c1\r\neth0");
	assert_int_equal(gc(env, ""), CNI_CODE_INVALID_CONFIG);
	assert_int_equal(gc(env, ",\"cni.dev/valid-attachments\":{}"),
			 CNI_CODE_INVALID_CONFIG);
	assert_int_equal(gc(env, ",\"cni.dev/valid-attachments\":[null]"),
			 CNI_CODE_INVALID_CONFIG);
	assert_true(has(env, "10.1.0.2"));
}

static void gc_with_an_empty_list_removes_all(void **state)
{
	struct verb_env *env = *state;

	assert_int_equal(gc(env, ",\"cni.dev/valid-attachments\":[]"), 0);
	assert_false(has(env, ""));
	assert_add(env, "c1", DUAL, "10.1.0.2/29 fd00::2/64");
	put(env, "10.1.0.5", "c2");
	assert_int_equal(gc(env, ",\"cni.dev/attachments\":[]"), 0);
	assert_int_equal(lease_count(env), 0);
	assert_add(env, "c1", DUAL, "10.1.0.3/29 fd00::3/64");
	/* As libcni writes it. */
	assert_int_equal(gc(env, ",\"cni.dev/valid-attachments\":null"), 0);
	assert_int_equal(lease_count(env), 0);
}

static void gc_lets_addresses_rest(void **state)
{
	struct verb_env *env = *state;
	const struct request request = {
		.verb = "GC",
		.ipam = NET29 ",\"cooldownSeconds\":1000",
		.more = ",\"cni.dev/valid-attachments\":[]",
	};

	put(env, "10.1.0.2", "c1\r\neth0");
	assert_int_equal(verb(env, &request), 0);
	assert_int_equal(lease_count(env), 0);
	assert_true(has(env, ".released-10.1.0.2"));
	assert_int_equal(verb(env, &request), 0);
	assert_true(has(env, ".released-10.1.0.2"));
}

static int status(struct verb_env *env, const char *ipam)
{
	const struct request request = { .verb = "STATUS", .ipam = ipam };

	return verb(env, &request);
}

static void status_tells_when_a_set_is_full(void **state)
{
	struct verb_env *env = *state;

	assert_int_equal(status(env, DUAL), 0);
	assert_false(has(env, ""));
	for (char name[] = "10.1.0.2"; name[7] <= '6'; name[7]++) {
		assert_int_equal(status(env, DUAL), 0);
		put(env, name, "c1\r\neth0");
	}
	assert_int_equal(status(env, DUAL), CNI_CODE_NOT_AVAILABLE);
	assert_string_equal(env->err.msg,
			    "no IP addresses available in range set: "
			    "10.1.0.1-10.1.0.6");
	assert_int_equal(status(env, "\"ranges\":[[{\"subnet\":\"fd00::/64\"}"
				     "]]"),
			 0);
	/* a torn one counts as free, and is not removed by looking */
	put(env, "10.1.0.4", "");
	assert_int_equal(status(env, DUAL), 0);
	assert_true(has(env, "10.1.0.4"));
	assert_add(env, "c9", DUAL, "10.1.0.4/29 fd00::2/64");
	/* now from the index */
	assert_int_equal(status(env, DUAL), CNI_CODE_NOT_AVAILABLE);
	assert_int_equal(del(env, "c9"), 0);
	assert_int_equal(status(env, DUAL), 0);
}

static void status_tells_when_the_directory_is_unusable(void **state)
{
	struct verb_env *env = *state;
	char *dir = env->dir;
	char deep[4096];

	write_file(env->dir, "file", "", 0600);
	(void)snprintf(deep, sizeof(deep), "%s/file/deeper", dir);
	env->dir = deep;
	assert_int_equal(status(env, NET29), CNI_CODE_NOT_AVAILABLE);
	assert_non_null(strstr(env->err.msg, "Not a directory"));
	(void)snprintf(deep, sizeof(deep), "%s/a/b/c", dir);
	assert_int_equal(status(env, NET29), 0);
	(void)snprintf(deep, sizeof(deep), "/proc/a/b");
	assert_int_equal(status(env, NET29), CNI_CODE_NOT_AVAILABLE);
	env->dir = dir;
	write_file(env->dir, NET, "", 0600);
	assert_int_equal(status(env, NET29), CNI_CODE_NOT_AVAILABLE);
	assert_int_equal(status(env, NET29 ",\"resolvConf\":\"/nope\""),
			 CNI_CODE_NOT_AVAILABLE);
	assert_int_equal(status(env, "\"ranges\":[]"), CNI_CODE_INVALID_CONFIG);
}

/* A child that holds the lock of the network; returns its pid. */
static pid_t hold_lock(struct verb_env *env)
{
	int ready[2];
	char byte;
	pid_t pid;

	put(env, "lock", "");
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(in_net(env, "lock"), O_RDONLY);

		if (flock(fd, LOCK_EX) || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void release_lock(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static double seconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void waiting_for_the_lock_ends_and_names_the_holder(void **state)
{
	struct verb_env *env = *state;
	pid_t pid = hold_lock(env);
	char expected[64];
	double start;

	(void)snprintf(expected, sizeof(expected), "locked by process %d (",
		       (int)pid);
	assert_int_equal(add(env, "c1", NET29 ",\"lockTimeoutSeconds\":0"),
			 CNI_CODE_TRY_AGAIN);
	assert_non_null(strstr(env->err.msg, expected));
	start = seconds();
	assert_int_equal(add(env, "c1", NET29 ",\"lockTimeoutSeconds\":1"),
			 CNI_CODE_TRY_AGAIN);
	assert_true(seconds() - start > 0.9 && seconds() - start < 5);
	assert_non_null(strstr(env->err.msg, expected));
	assert_int_equal(lease_count(env), 0);
	/* who only looks does not wait */
	assert_int_equal(status(env, NET29), 0);
	release_lock(pid);
	assert_add(env, "c1", NET29, "10.1.0.2/29");
}

static void the_lock_is_taken_as_soon_as_it_is_free(void **state)
{
	struct verb_env *env = *state;
	pid_t holder = hold_lock(env);
	pid_t killer = fork();
	double start = seconds();

	assert_true(killer >= 0);
	if (killer == 0) {
		(void)usleep(200000);
		(void)kill(holder, SIGKILL);
		_exit(0);
	}
	assert_add(env, "c1", NET29 ",\"lockTimeoutSeconds\":20",
		   "10.1.0.2/29");
	assert_true(seconds() - start < 10);
	assert_int_equal(waitpid(killer, NULL, 0), killer);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
}

/* The cure that people apply to full pools, while an ADD waits. */
static void a_directory_removed_meanwhile_is_made_again(void **state)
{
	struct verb_env *env = *state;
	pid_t holder = hold_lock(env);
	pid_t remover = fork();

	assert_true(remover >= 0);
	if (remover == 0) {
		(void)usleep(100000);
		(void)unlink(in_net(env, "lock"));
		(void)rmdir(in_net(env, ""));
		(void)kill(holder, SIGKILL);
		_exit(0);
	}
	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_content(env, "10.1.0.2", "c1\r\neth0");
	assert_true(has(env, "lock"));
	assert_int_equal(waitpid(remover, NULL, 0), remover);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERB_TEST(check_finds_what_is_there),
		VERB_TEST(check_compares_with_the_result_of_add),
		VERB_TEST(gc_removes_who_is_not_listed),
		VERB_TEST(gc_without_a_list_removes_nothing),
		VERB_TEST(gc_with_an_empty_list_removes_all),
		VERB_TEST(gc_lets_addresses_rest),
		VERB_TEST(status_tells_when_a_set_is_full),
		VERB_TEST(status_tells_when_the_directory_is_unusable),
		VERB_TEST(waiting_for_the_lock_ends_and_names_the_holder),
		VERB_TEST(the_lock_is_taken_as_soon_as_it_is_free),
		VERB_TEST(a_directory_removed_meanwhile_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
