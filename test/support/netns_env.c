/* SPDX-License-Identifier: Apache-2.0 */
/* netns_env.c - a private "host" and a "pod" network namespace per test */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cmocka_env.h"

#include "cni/link.h"
#include "cni/netns.h"
#include "netns_env.h"

#define COMMAND_MAX 1024

/* Where the process was born; every test ends there. */
static int birthplace = -1;

static int own_netns(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

void netns_env_need_root(void)
{
	birthplace = own_netns();
	if (birthplace >= 0 && unshare(CLONE_NEWNET) == 0 &&
	    setns(birthplace, CLONE_NEWNET) == 0)
		return;
	printf("SKIP: network namespaces need root: %s\n", strerror(errno));
	exit(77);
}

static int fresh_netns(void)
{
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	return own_netns();
}

int netns_env_setup(void **state)
{
	struct netns_env *env = calloc(1, sizeof(*env));

	assert_non_null(env);
	env->pod = fresh_netns();
	assert_int_equal(cni_nl_open(&env->pod_nl, NETLINK_ROUTE, NULL), 0);
	env->host = fresh_netns();
	assert_int_equal(cni_nl_open(&env->nl, NETLINK_ROUTE, NULL), 0);
	(void)snprintf(env->pod_path, sizeof(env->pod_path), "/proc/%d/fd/%d",
		       (int)getpid(), env->pod);
	*state = env;
	return 0;
}

int netns_env_teardown(void **state)
{
	struct netns_env *env = *state;

	cni_nl_close(&env->nl);
	cni_nl_close(&env->pod_nl);
	(void)close(env->pod);
	(void)close(env->host);
	free(env);
	return setns(birthplace, CLONE_NEWNET);
}

uint32_t netns_wire(struct netns_env *env)
{
	struct cni_veth_spec spec = {
		.host_name = "veth0",
		.peer_name = "eth0",
		.peer_netns_fd = env->pod,
	};
	struct cni_veth veth = { 0 };

	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL), 0);
	return veth.peer_index;
}

struct cni_prefix test_prefix(const char *text)
{
	struct cni_prefix parsed = { 0 };

	assert_int_equal(cni_prefix_parse(text, &parsed), 0);
	return parsed;
}

struct cni_addr test_addr(const char *text)
{
	struct cni_addr parsed = { 0 };

	assert_int_equal(cni_addr_parse(text, &parsed), 0);
	return parsed;
}

/* Runs in @netns what popen() can start; the output goes to @consume. */
static int run_in(int netns, const char *command, json_object **ret_object)
{
	CNI_CLEANUP(fd) int here = own_netns();
	char *text = NULL;
	size_t len = 0;
	FILE *pipe;
	int status;

	assert_int_equal(setns(netns, CLONE_NEWNET), 0);
	/* NOLINTNEXTLINE(cert-env33-c): a test runs what the test wrote. */
	pipe = popen(command, "re");
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	assert_non_null(pipe);
	if (getdelim(&text, &len, EOF, pipe) > 0 && ret_object)
		*ret_object = json_tokener_parse(text);
	free(text);
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void format_command(char command[COMMAND_MAX], const char *format,
			   va_list args)
{
	assert_true(vsnprintf(command, COMMAND_MAX, format, args) <
		    COMMAND_MAX);
}

void netns_sh(int netns, const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list args;

	va_start(args, format);
	format_command(command, format, args);
	va_end(args);
	if (run_in(netns, command, NULL) != 0)
		fail_msg("command failed: %s", command);
}

int netns_sh_status(int netns, const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list args;

	va_start(args, format);
	format_command(command, format, args);
	va_end(args);
	return run_in(netns, command, NULL);
}

json_object *netns_json(int netns, const char *format, ...)
{
	char command[COMMAND_MAX];
	json_object *object = NULL;
	va_list args;

	va_start(args, format);
	format_command(command, format, args);
	va_end(args);
	if (run_in(netns, command, &object) != 0 || !object)
		fail_msg("no JSON from: %s", command);
	return object;
}

const char *json_text(json_object *object, const char *pointer)
{
	json_object *value = NULL;

	if (json_pointer_get(object, pointer, &value) < 0 || !value)
		return "";
	return json_object_get_string(value);
}

int64_t json_number(json_object *object, const char *pointer)
{
	json_object *value = NULL;

	(void)json_pointer_get(object, pointer, &value);
	return json_object_get_int64(value);
}

int json_has(json_object *object, const char *pointer)
{
	json_object *value = NULL;

	return json_pointer_get(object, pointer, &value) == 0;
}
