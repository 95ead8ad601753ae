/* SPDX-License-Identifier: Apache-2.0 */
/* test_linger.c - what DEL leaves to a child, and what it must not leave */
#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "cmocka_env.h"

#include "e2e.h"

/* How long a deletion may keep a child busy on a loaded machine. */
#define CHILD_MAX_MS 5000

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The orphans are ours, see main().  All have to end well.  Returns how many */
static int reap_orphans(void)
{
	const int64_t deadline = now_ms() + CHILD_MAX_MS;
	int count = 0;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0 && errno == ECHILD)
			return count;
		if (pid > 0) {
			/* Not by its alarm: its work was done. */
			assert_int_equal(status, 0);
			count++;
			continue;
		}
		if (now_ms() > deadline)
			fail_msg("a child is still there after %d ms",
				 CHILD_MAX_MS);
		(void)nanosleep(&(struct timespec) { .tv_nsec = 1000000 },
				NULL);
	}
}

static void a_hundred_pods_of_the_same_name_one_after_the_other(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	for (int i = 0; i < 100; i++) {
		json_object_put(e2e_add(e2e, "c1", 0, conf));
		e2e_del(e2e, "c1", 0, conf);
	}
	assert_int_equal(e2e_veths(e2e), 0);
	/* One for each DEL at most. */
	assert_in_range(reap_orphans(), 1, 100);
}

static void the_pods_namespace_can_go_right_afterwards(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	char path[] = "/run/netns/short";

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	for (int i = 0; i < 30; i++) {
		struct e2e_answer answer;

		netns_sh(e2e->host, "ip netns add short");
		e2e_call(e2e, "bridge", "ADD", "c1", path, conf, &answer);
		assert_int_equal(answer.status, 0);
		e2e_answer_done(&answer);
		e2e_call(e2e, "bridge", "DEL", "c1", path, conf, &answer);
		assert_int_equal(answer.status, 0);
		e2e_answer_done(&answer);
		netns_sh(e2e->host, "ip netns del short");
		assert_int_equal(e2e_veths(e2e), 0);
	}
	(void)reap_orphans();
}

/* Made by another plugin: found by its name in the pod. */
static void a_strangers_interface_is_deleted_the_same_way(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	for (int i = 0; i < 10; i++) {
		netns_sh(e2e->host, "ip link add stranger type veth "
				    "peer name eth0 netns p0");
		e2e_del(e2e, "c1", 0, conf);
		assert_int_equal(e2e_veths(e2e), 0);
	}
	(void)reap_orphans();
}

static void what_cannot_be_deleted_is_an_error(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	e2e_fail(e2e, "DEL", "c1/lo", e2e->pod_paths[0], conf, 999,
		 "Operation not supported");
	(void)reap_orphans();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_hundred_pods_of_the_same_name_one_after_the_other,
			e2e_setup, e2e_teardown),
		cmocka_unit_test_setup_teardown(
			the_pods_namespace_can_go_right_afterwards, e2e_setup,
			e2e_teardown),
		cmocka_unit_test_setup_teardown(
			a_strangers_interface_is_deleted_the_same_way,
			e2e_setup, e2e_teardown),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_deleted_is_an_error, e2e_setup,
			e2e_teardown),
	};

	node_require();
	/* Children that outlive a plugin become ours. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
