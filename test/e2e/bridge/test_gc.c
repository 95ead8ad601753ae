/* SPDX-License-Identifier: Apache-2.0 */
/* test_gc.c - GC, STATUS, and bridges that go with their last port */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "e2e.h"
#include "run.h"

#define SUBNETS "10.1.0.0/24"

static void gc(struct e2e *e2e, const char *valid)
{
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];
	char keys[512];

	(void)snprintf(keys, sizeof(keys), ",\"cni.dev/valid-attachments\":%s",
		       valid);
	(void)e2e_conf(e2e, conf, "1.1.0", keys, SUBNETS);
	e2e_call(e2e, "bridge", "GC", "", "", conf, &answer);
	if (answer.status != 0)
		fail_msg("GC: %s", json_object_to_json_string(answer.json));
	e2e_answer_done(&answer);
}

static void gc_removes_what_is_not_listed(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isGateway\":true", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	json_object_put(e2e_add(e2e, "c2/net1", 1, conf));
	gc(e2e, "[{\"containerID\":\"c2\",\"ifname\":\"eth0\"}]");
	assert_int_equal(e2e_veths(e2e), 1);
	assert_int_equal(e2e_leases(e2e, "net"), 1);
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
	gc(e2e, "[]");
	assert_int_equal(e2e_veths(e2e), 0);
	assert_int_equal(e2e_leases(e2e, "net"), 0);
}

static void gc_finds_a_veth_that_lost_its_bridge(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", "", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	sh("ip link del cni0");
	assert_int_equal(e2e_veths(e2e), 1);
	gc(e2e, "[]");
	assert_int_equal(e2e_veths(e2e), 0);
}

static void gc_leaves_other_networks_alone(void **state)
{
	struct e2e *e2e = *state;

	json_object_put(e2e_add(e2e, "c1", 0,
				"{\"cniVersion\":\"1.1.0\",\"name\":\"other\","
				"\"type\":\"bridge\"}"));
	sh("ip link add foreign type veth peer more");
	gc(e2e, "[]");
	assert_int_equal(e2e_veths(e2e), 3);
}

static void gc_without_a_list_is_refused(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", "", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	e2e_fail(e2e, "GC", "", "", conf, 7, "cni.dev/valid-attachments");
	assert_int_equal(e2e_veths(e2e), 1);
}

/* What libcni writes when no pod of the network lives. */
static void gc_takes_null_for_an_empty_list(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", "", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	gc(e2e, "null");
	assert_int_equal(e2e_veths(e2e), 0);
	assert_int_equal(e2e_leases(e2e, "net"), 0);
}

static void status_answers(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isGateway\":true", SUBNETS);
	e2e_call(e2e, "bridge", "STATUS", "", "", conf, &answer);
	assert_int_equal(answer.status, 0);
	assert_null(answer.json);
	e2e_answer_done(&answer);
	(void)e2e_conf(e2e, conf, "1.1.0", ",\"vlan\":9999", SUBNETS);
	e2e_fail(e2e, "STATUS", "", "", conf, 7, "invalid VLAN ID 9999");
	sh("ip link add cni0 type veth peer other");
	(void)e2e_conf(e2e, conf, "1.1.0", "", SUBNETS);
	e2e_fail(e2e, "STATUS", "", "", conf, 50,
		 "\"cni0\" already exists but is not a bridge");
}

static void status_knows_whether_vlans_can_be_filtered(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];
	int can = sh_status("ip link add probe type bridge vlan_filtering 1 "
			    "2>/dev/null") == 0;

	sh("ip link add cni0 type bridge");
	(void)e2e_conf(e2e, conf, "1.1.0", ",\"vlan\":100", SUBNETS);
	e2e_call(e2e, "bridge", "STATUS", "", "", conf, &answer);
	assert_int_equal(answer.status, can ? 0 : 1);
	if (!can)
		assert_int_equal(json_number(answer.json, "/code"), 50);
	e2e_answer_done(&answer);
}

static void status_asks_the_ipam_plugin(void **state)
{
	struct e2e *e2e = *state;

	e2e_fail(e2e, "STATUS", "", "",
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
		 "\"type\":\"bridge\",\"ipam\":{\"type\":\"missing\"}}",
		 999, "failed to find plugin \"missing\"");
	write_file(e2e->dir, "scripted",
		   "#!/bin/sh\n"
		   "echo '{\"code\":50,\"msg\":\"full\"}'\n"
		   "exit 1\n",
		   0755);
	e2e_fail(e2e, "STATUS", "", "",
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
		 "\"type\":\"bridge\",\"ipam\":{\"type\":\"scripted\"}}",
		 50, "full");
}

static int bridge_exists(struct e2e *e2e)
{
	return netns_sh_status(e2e->host, "ip link show cni0 >/dev/null "
					  "2>&1") == 0;
}

static void auto_remove_takes_the_bridge_with_its_last_port(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"isGateway\":true,\"autoRemove\":true", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	e2e_del(e2e, "c1", 0, conf);
	assert_true(bridge_exists(e2e));
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
	e2e_del(e2e, "c2", 1, conf);
	assert_false(bridge_exists(e2e));
}

static void auto_remove_is_off_by_default(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", "", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	e2e_del(e2e, "c1", 0, conf);
	assert_true(bridge_exists(e2e));
}

static void auto_remove_keeps_bridges_of_others(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("ip link add cni0 type bridge");
	(void)e2e_conf(e2e, conf, "1.1.0", ",\"autoRemove\":true", SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	e2e_del(e2e, "c1", 0, conf);
	assert_true(bridge_exists(e2e));
}

/* Between the moment an ADD has looked at the bridge and that it uses it. */
static void a_bridge_removed_during_an_add_is_made_anew(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	int status = -1;
	pid_t pid;
	int fd;

	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"isGateway\":true,\"autoRemove\":true",
		       SUBNETS " fd00:1::/64");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		json_object *result = e2e_add(e2e, "c2", 1, conf);

		_exit(json_has(result, "/interfaces/3"));
	}
	/* It waits for the lock now; if not yet, this proves nothing. */
	(void)usleep(700000);
	sh("ip link del cni0");
	assert_int_equal(flock(fd, LOCK_UN), 0);
	(void)close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
	assert_true(e2e_ping(e2e->pods[1], "fd00:1::1"));
}

static void auto_remove_undoes_a_failed_first_add(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"code\":11,\"msg\":\"later\"}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0],
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
		 "\"type\":\"bridge\",\"autoRemove\":true,"
		 "\"ipam\":{\"type\":\"scripted\"}}",
		 11, "later");
	assert_false(bridge_exists(e2e));
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(gc_removes_what_is_not_listed),
		E2E_TEST(gc_finds_a_veth_that_lost_its_bridge),
		E2E_TEST(gc_leaves_other_networks_alone),
		E2E_TEST(gc_without_a_list_is_refused),
		E2E_TEST(gc_takes_null_for_an_empty_list),
		E2E_TEST(status_answers),
		E2E_TEST(status_knows_whether_vlans_can_be_filtered),
		E2E_TEST(status_asks_the_ipam_plugin),
		E2E_TEST(auto_remove_takes_the_bridge_with_its_last_port),
		E2E_TEST(auto_remove_is_off_by_default),
		E2E_TEST(auto_remove_keeps_bridges_of_others),
		E2E_TEST(a_bridge_removed_during_an_add_is_made_anew),
		E2E_TEST(auto_remove_undoes_a_failed_first_add),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
