/* SPDX-License-Identifier: Apache-2.0 */
/* test_netlink.c - the transport: acks, errors, events, namespaces */
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmocka_env.h"

#include "cni/link.h"
#include "cni/netns.h"
#include "netns_env.h"
#include "table.h"

static void put_link_up(struct cni_nl_req *req, int index)
{
	struct ifinfomsg *ifi = cni_nl_begin(req, RTM_SETLINK, 0, sizeof(*ifi));

	ifi->ifi_index = index;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
}

static void the_first_refused_message_is_named(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_link lo;
	struct cni_error err;

	cni_nl_req_init(&req);
	put_link_up(&req, 1);
	put_link_up(&req, 77);
	put_link_up(&req, 78);
	assert_int_equal(cni_nl_talk(&env->nl, &req, NULL, NULL, &err),
			 -ENODEV);
	assert_int_equal(req.failed, 1);
	assert_error(&err, CNI_CODE_INTERNAL, "No such device");
	assert_int_equal(cni_link_get(&env->nl, "lo", &lo, NULL), 0);
	assert_true(lo.flags & IFF_UP);
}

static void hundreds_of_messages_are_all_acknowledged(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_error err = { 0 };

	cni_nl_req_init(&req);
	for (int i = 0; i < 5000; i++)
		put_link_up(&req, 1);
	if (cni_nl_talk(&env->nl, &req, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	put_link_up(&req, 99);
	assert_int_equal(cni_nl_talk(&env->nl, &req, NULL, NULL, NULL),
			 -ENODEV);
	assert_int_equal(req.failed, 5000);
}

static void the_refused_attribute_is_named(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi;
	struct cni_error err = { 0 };

	cni_nl_req_init(&req);
	ifi = cni_nl_begin(&req, RTM_SETLINK, 0, sizeof(*ifi));
	ifi->ifi_index = 1;
	cni_nl_put_u32(&req, IFLA_GROUP, 0);
	cni_nl_put_u8(&req, IFLA_MTU, 1);
	assert_true(cni_nl_talk(&env->nl, &req, NULL, NULL, &err) < 0);
	assert_non_null(strstr(err.details, "(attribute 4)"));
}

static int never(const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	return 0;
}

static void waiting_for_an_event_ends_at_the_deadline(void **state)
{
	struct netns_env *env = *state;
	int64_t start = cni_nl_now_ms();
	struct cni_error err;

	assert_int_equal(cni_nl_join(&env->nl, RTNLGRP_LINK, NULL), 0);
	netns_sh(env->host, "ip link set lo up");
	assert_int_equal(cni_nl_wait(&env->nl, start + 60, never, NULL, &err),
			 -ETIMEDOUT);
	assert_in_range(cni_nl_now_ms() - start, 60, 2000);
}

static void events_between_answers_do_no_harm(void **state)
{
	struct netns_env *env = *state;
	struct cni_link lo;

	assert_int_equal(cni_nl_join(&env->nl, RTNLGRP_LINK, NULL), 0);
	for (int i = 0; i < 5; i++) {
		netns_sh(env->host, "ip link set lo mtu %d", 1300 + i);
		assert_int_equal(cni_link_get(&env->nl, "lo", &lo, NULL), 0);
		assert_int_equal(lo.mtu, 1300 + i);
	}
}

static int lost_or_found(const struct nlmsghdr *message, void *data)
{
	bool *lost = data;

	if (!message)
		*lost = true;
	return !message;
}

static void lost_events_are_told(void **state)
{
	struct netns_env *env = *state;
	bool lost = false;
	int size = 1;

	assert_int_equal(cni_nl_join(&env->nl, RTNLGRP_LINK, NULL), 0);
	assert_int_equal(setsockopt(env->nl.fd, SOL_SOCKET, SO_RCVBUF, &size,
				    sizeof(size)),
			 0);
	netns_sh(env->host,
		 "for i in $(seq 20); do ip link set lo mtu $((1300+i)); done");
	assert_int_equal(cni_nl_wait(&env->nl, cni_nl_now_ms() + 5000,
				     lost_or_found, &lost, NULL),
			 0);
	assert_true(lost);
}

static void a_protocol_the_kernel_lacks_is_a_missing_feature(void **state)
{
	struct cni_nl nl = { 0 };
	struct cni_error err;

	(void)state;
	assert_int_equal(cni_nl_open(&nl, 31, &err), -EPROTONOSUPPORT);
	assert_int_equal(err.code, CNI_CODE_KERNEL_FEATURE);
	cni_nl_close(&nl);
	/* Closing what was never open must not close stdin. */
	assert_true(fcntl(0, F_GETFD) >= 0);
}

static void sockets_are_closed_on_exec(void **state)
{
	struct netns_env *env = *state;

	assert_true(fcntl(env->nl.fd, F_GETFD) & FD_CLOEXEC);
}

static void a_socket_opened_at_a_pod_stays_there(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct cni_link link;

	netns_sh(env->pod, "ip link add podlink type bridge");
	assert_int_equal(cni_nl_open_at(env->pod, NETLINK_ROUTE, &nl, NULL), 0);
	assert_int_equal(cni_netns_is_current(env->host), 1);
	assert_int_equal(cni_netns_is_current(env->pod), 0);
	assert_int_equal(cni_link_get(&nl, "podlink", &link, NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "podlink", &link, NULL),
			 -ENODEV);
}

static int fail_inside(void *data, struct cni_error *reterr)
{
	struct netns_env *env = data;

	assert_int_equal(cni_netns_is_current(env->pod), 1);
	return cni_error_set(reterr, 7, EIO, "inside");
}

static void a_failure_inside_comes_back_to_the_host(void **state)
{
	struct netns_env *env = *state;
	struct cni_error err;

	assert_int_equal(cni_netns_run(env->pod, fail_inside, env, &err), -EIO);
	assert_error(&err, 7, "inside");
	assert_int_equal(cni_netns_is_current(env->host), 1);
}

static void what_is_no_netns_cannot_be_entered(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(fd) int other = -1;
	CNI_CLEANUP(fd) int proc = -1;
	struct cni_error err;

	/* Both pass the look at the file system's type. */
	assert_int_equal(cni_netns_open("/proc/self/ns/mnt", &other, NULL), 0);
	assert_int_equal(cni_netns_run(other, fail_inside, env, &err), -EINVAL);
	assert_error(&err, CNI_CODE_INVALID_NETNS,
		     "enter network namespace: Invalid argument");
	assert_int_equal(cni_netns_open("/proc/self/status", &proc, NULL), 0);
	assert_int_equal(cni_netns_run(proc, fail_inside, env, &err), -EINVAL);
	assert_int_equal(cni_netns_is_current(env->host), 1);
}

static void namespaces_are_opened_by_path(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(fd) int fd = -1;
	struct stat a;
	struct stat b;

	assert_int_equal(cni_netns_open(env->pod_path, &fd, NULL), 0);
	assert_int_equal(fstat(fd, &a) | fstat(env->pod, &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void a_missing_namespace_and_a_plain_file_are_told_apart(void **state)
{
	struct cni_error err;
	int fd = -7;

	(void)state;
	assert_int_equal(cni_netns_open("/run/netns/no such", &fd, &err),
			 -ENOENT);
	assert_error(&err, CNI_CODE_UNKNOWN_CONTAINER,
		     "failed to Statfs \"/run/netns/no such\": no such file or "
		     "directory");
	assert_int_equal(cni_netns_open("/dev/null", &fd, &err), -EINVAL);
	assert_int_equal(err.code, CNI_CODE_INVALID_NETNS);
	assert_non_null(strstr(err.msg, "unknown FS magic on \"/dev/null\": "));
	assert_int_equal(fd, -7);
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(the_first_refused_message_is_named),
		T(hundreds_of_messages_are_all_acknowledged),
		T(the_refused_attribute_is_named),
		T(waiting_for_an_event_ends_at_the_deadline),
		T(events_between_answers_do_no_harm),
		T(lost_events_are_told),
		T(a_protocol_the_kernel_lacks_is_a_missing_feature),
		T(sockets_are_closed_on_exec),
		T(a_socket_opened_at_a_pod_stays_there),
		T(a_failure_inside_comes_back_to_the_host),
		T(what_is_no_netns_cannot_be_entered),
		T(namespaces_are_opened_by_path),
		T(a_missing_namespace_and_a_plain_file_are_told_apart),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
