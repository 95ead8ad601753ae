/* SPDX-License-Identifier: Apache-2.0 */
/* test_sysctl.c - kernel parameters, writable and read-only */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/link.h"
#include "cni/netns.h"
#include "cni/sysctl.h"
#include "netns_env.h"
#include "table.h"

static void a_parameter_is_written_only_on_difference(void **state)
{
	char value[CNI_SYSCTL_VALUE_MAX];

	(void)state;
	assert_int_equal(cni_sysctl_ensure("net/ipv4/ip_forward", "1", NULL),
			 1);
	assert_int_equal(cni_sysctl_ensure("net/ipv4/ip_forward", "1", NULL),
			 0);
	assert_int_equal(cni_sysctl_read("net/ipv4/ip_forward", value, NULL),
			 0);
	assert_string_equal(value, "1");
}

static void a_missing_parameter_is_named(void **state)
{
	char value[CNI_SYSCTL_VALUE_MAX];
	struct cni_error err;

	(void)state;
	assert_int_equal(cni_sysctl_read("net/no/such", value, &err), -ENOENT);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "read sysctl net/no/such: No such file or directory");
	assert_int_equal(cni_sysctl_ensure("net/no/such", "1", &err), -ENOENT);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "set sysctl net/no/such to 1: No such file or directory");
}

static void a_value_the_kernel_refuses_is_an_error(void **state)
{
	struct cni_error err;

	(void)state;
	assert_int_equal(cni_sysctl_ensure("net/ipv4/ip_forward", "x", &err),
			 -EINVAL);
}

static int set_conf(void *data, struct cni_error *reterr)
{
	static const struct cni_sysctl list[] = {
		{ AF_INET, "arp_notify", "1", true },
		{ AF_INET, "no_such_key", "1", false },
		{ AF_INET6, "accept_ra", "0", true },
		{ AF_INET6, "accept_dad", "0", true },
	};

	return cni_sysctl_ensure_if(data, list, 4, reterr);
}

static void interface_parameters_are_set_where_one_is(void **state)
{
	struct netns_env *env = *state;
	char dotted[] = "br0.100";
	struct cni_error err;

	/* A name with a dot is one directory, not two levels. */
	netns_sh(env->pod, "ip link add br0.100 type bridge");
	netns_sh(env->host, "ip link add br0.100 type bridge");
	if (cni_netns_run(env->pod, set_conf, dotted, &err) < 0)
		fail_msg("%s", err.msg);
	netns_sh(env->pod, "cd /proc/sys/net;"
			   "test $(cat ipv4/conf/br0.100/arp_notify) = 1 &&"
			   "test $(cat ipv6/conf/br0.100/accept_ra) = 0 &&"
			   "test $(cat ipv6/conf/br0.100/accept_dad) = 0");
	netns_sh(env->host, "cd /proc/sys/net;"
			    "test $(cat ipv4/conf/br0.100/arp_notify) = 0 &&"
			    "test $(cat ipv6/conf/br0.100/accept_ra) = 1");
}

static void only_required_parameters_must_be_there(void **state)
{
	static const struct cni_sysctl optional[] = {
		{ AF_INET, "no_such_key", "1", false },
	};
	static const struct cni_sysctl required[] = {
		{ AF_INET6, "no_such_key", "1", true },
	};
	struct cni_error err;

	(void)state;
	assert_int_equal(cni_sysctl_ensure_if("lo", optional, 1, NULL), 0);
	assert_int_equal(cni_sysctl_ensure_if("none", optional, 1, NULL), 0);
	assert_int_equal(cni_sysctl_ensure_if("lo", required, 1, &err),
			 -ENOENT);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "set sysctl net/ipv6/conf/lo/no_such_key to 1: No such "
		     "file or directory");
}

static void names_that_would_leave_the_directory_are_refused(void **state)
{
	static const struct cni_sysctl list[] = {
		{ AF_INET, "arp_notify", "1", true },
	};
	static const char *const names[] = { "", ".", "..", "../all", "a/b" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(cni_sysctl_ensure_if(names[i], list, 1, NULL),
				 -EINVAL);
}

/* In a child: its mounts are its own. */
static int check_read_only(void)
{
	struct cni_error err = { 0 };

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
		  NULL) < 0)
		return 1;
	if (cni_sysctl_ensure("net/ipv4/ip_forward", "0", NULL) != 0)
		return 2;
	if (cni_sysctl_ensure("net/ipv4/ip_forward", "1", &err) != -EROFS)
		return 3;
	return strcmp(err.msg, "set sysctl net/ipv4/ip_forward to 1: "
			       "Read-only file system") != 0;
}

static void read_only_parameters_are_fine_when_they_are_right(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(cni_sysctl_ensure("net/ipv4/ip_forward", "0", NULL),
			 0);
	child = fork();
	if (child == 0)
		_exit(check_read_only());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(a_parameter_is_written_only_on_difference),
		T(a_missing_parameter_is_named),
		T(a_value_the_kernel_refuses_is_an_error),
		T(interface_parameters_are_set_where_one_is),
		T(only_required_parameters_must_be_there),
		T(names_that_would_leave_the_directory_are_refused),
		T(read_only_parameters_are_fine_when_they_are_right),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
