/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_load.c - many at once, and what an ADD asks the kernel
 *
 * CNI_TEST_ROUNDS sets the number of rounds of the storms; the default is small
 * because the sanitizers make every process slow.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "e2e.h"
#include "run.h"

#define STORM	       64
#define DEFAULT_ROUNDS 2

static int rounds(void)
{
	const char *text = getenv("CNI_TEST_ROUNDS");
	int count = text ? atoi(text) : 0;

	return count > 0 ? count : DEFAULT_ROUNDS;
}

/* One container's life; the exit status counts what went wrong. */
static int live(struct e2e *e2e, int number, const char *conf, int probe)
{
	struct e2e_answer answer;
	char path[64];
	char id[32];
	int faults = 0;

	(void)snprintf(path, sizeof(path), "/run/netns/s%d", number);
	(void)snprintf(id, sizeof(id), "storm%d", number);
	e2e_call(e2e, "bridge", "ADD", id, path, conf, &answer);
	if (answer.status != 0) {
		print_error("ADD %s: %s\n", id,
			    json_object_to_json_string(answer.json));
		faults++;
	} else if (probe && sh_status("ip netns exec s%d ping -n -q -c1 -W5 "
				      "10.1.0.1 >/dev/null",
				      number) != 0) {
		print_error("%s does not reach its gateway\n", id);
		faults++;
	}
	e2e_answer_done(&answer);
	e2e_call(e2e, "bridge", "DEL", id, number % 2 ? path : "", conf,
		 &answer);
	if (answer.status != 0) {
		print_error("DEL %s: %s\n", id,
			    json_object_to_json_string(answer.json));
		faults++;
	}
	e2e_answer_done(&answer);
	return faults;
}

static void make_storm_pods(int count)
{
	sh("for i in $(seq 0 %d); do ip netns add s$i; done", count - 1);
}

static void storm(struct e2e *e2e, int count, const char *conf, int probe)
{
	pid_t pids[STORM];
	int faults = 0;

	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(live(e2e, i, conf, probe));
	}
	for (int i = 0; i < count; i++) {
		int status = -1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		faults += status != 0;
	}
	assert_int_equal(faults, 0);
}

static void many_pods_come_and_go_at_once(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isDefaultGateway\":true",
		       "10.1.0.0/24 fd00:1::/64");
	make_storm_pods(STORM);
	for (int i = rounds(); i > 0; i--) {
		storm(e2e, STORM, conf, 0);
		assert_int_equal(e2e_veths(e2e), 0);
		assert_int_equal(e2e_leases(e2e, "net"), 0);
	}
}

/* The bridge appears and disappears all the time; nobody may lose it. */
static void removed_bridges_come_back_in_time(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"isGateway\":true,\"autoRemove\":true",
		       "10.1.0.0/24");
	make_storm_pods(8);
	for (int i = rounds() * 3; i > 0; i--) {
		storm(e2e, 8, conf, 1);
		assert_int_equal(e2e_veths(e2e), 0);
		assert_int_equal(netns_sh_status(e2e->host, "ip link show cni0 "
							    ">/dev/null 2>&1"),
				 1);
	}
}

static void links_that_come_and_go_disturb_no_add(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	pid_t churn;

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	churn = fork();
	assert_true(churn >= 0);
	if (churn == 0) {
		/* Not to outlive a test that fails. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			sh("ip link add ch0 type veth peer ch1 && "
			   "ip link del ch0");
	}
	for (int i = 0; i < 20; i++) {
		json_object_put(e2e_add(e2e, "c1", 0, conf));
		e2e_del(e2e, "c1", 0, conf);
	}
	(void)kill(churn, SIGKILL);
	(void)waitpid(churn, NULL, 0);
}

/* ADD under strace; returns the trace, allocated. */
static char *trace_add(struct e2e *e2e, const char *id, int pod,
		       const char *conf)
{
	write_file(e2e->dir, "conf.json", conf, 0644);
	sh("CNI_COMMAND=ADD CNI_CONTAINERID=%s CNI_NETNS=%s CNI_IFNAME=eth0 "
	   "CNI_PATH=%s ASAN_OPTIONS=detect_leaks=0 strace -f -v -o %s/trace "
	   "%s/bridge <%s/conf.json >/dev/null",
	   id, e2e->pod_paths[pod], e2e->cni_path, e2e->dir,
	   getenv("CNI_BIN_DIR"), e2e->dir);
	return read_text(e2e->dir, "trace");
}

static void an_add_asks_for_no_lists_and_never_sleeps(void **state)
{
	static const char *const unwanted[] = { "NLM_F_DUMP", "nanosleep(",
						"AF_PACKET" };
	static const char conf[] =
		"{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
		"\"type\":\"bridge\",\"isDefaultGateway\":true,"
		"\"ipam\":{\"type\":\"scripted\"}}";
	struct e2e *e2e = *state;

	if (sh_status("strace -V >/dev/null 2>&1") != 0) {
		print_message("skipped: strace is not installed\n");
		skip();
	}
	/* Whoever switches IPv6 forwarding on has to look for uplinks once. */
	sh("sysctl -qw net.ipv6.conf.all.forwarding=1");
	/* The first one makes the bridge, the second one finds it. */
	for (int pod = 0; pod < 2; pod++) {
		char answer[128];
		char id[8];
		char *trace;

		(void)snprintf(id, sizeof(id), "c%d", pod);
		(void)snprintf(answer, sizeof(answer),
			       "{\"ips\":[{\"address\":\"10.1.0.%d/24\"},"
			       "{\"address\":\"fd00:1::%d/64\"}]}",
			       pod + 2, pod + 2);
		e2e_script_ipam(e2e, answer);
		trace = trace_add(e2e, id, pod, conf);
		assert_non_null(strstr(trace, "RTM_NEWLINK"));
		for (size_t i = 0; i < sizeof(unwanted) / sizeof(*unwanted);
		     i++) {
			char *found = strstr(trace, unwanted[i]);

			if (found)
				fail_msg("%s in ADD %d: %.300s", unwanted[i],
					 pod, found - 100);
		}
		free(trace);
	}
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(many_pods_come_and_go_at_once),
		E2E_TEST(removed_bridges_come_back_in_time),
		E2E_TEST(links_that_come_and_go_disturb_no_add),
		E2E_TEST(an_add_asks_for_no_lists_and_never_sleeps),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
