/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verb_env.h - host-local's verbs, called in the test's process
 *
 * Each test has a directory of its own (setup and teardown), networks in it are
 * made by the verbs.
 */
#ifndef HOST_LOCAL_VERB_ENV_H
#define HOST_LOCAL_VERB_ENV_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "json_text.h"
#include "run.h"
#include "table.h"
#include "verbs.h"

#define NET "net"

/* ipam members of most tests */
#define NET30 "\"ranges\":[[{\"subnet\":\"10.1.0.0/30\"}]]"
#define NET29 "\"ranges\":[[{\"subnet\":\"10.1.0.0/29\"}]]"
#define NET16 "\"ranges\":[[{\"subnet\":\"10.1.0.0/16\"}]]"
#define DUAL                                                       \
	"\"ranges\":[[{\"subnet\":\"10.1.0.0/29\"}],[{\"subnet\":" \
	"\"fd00::/64\"}]]"

/**
 * struct request - one invocation
 * @verb: "ADD", "DEL", "CHECK", "GC", "STATUS"
 * @id: container id
 * @ifname: NULL is eth0
 * @ipam: members of `ipam` besides dataDir
 * @more: members of the configuration besides `ipam`, with a comma in front
 * @args: CNI_ARGS; NULL is ""
 * @version: cniVersion; NULL is 1.1.0
 */
struct request {
	const char *verb;
	const char *id;
	const char *ifname;
	const char *ipam;
	const char *more;
	const char *args;
	const char *version;
};

/**
 * struct verb_env - what *state is
 * @dir: the data directory
 * @err: error of the last verb
 * @ips: addresses of the last ADD, separated by blanks
 */
struct verb_env {
	char *dir;
	struct cni_error err;
	char ips[256];
};

static inline int verb_env_setup(void **state)
{
	struct verb_env *env = calloc(1, sizeof(*env));

	assert_non_null(env);
	env->dir = temp_dir_new();
	*state = env;
	return 0;
}

static inline int verb_env_teardown(void **state)
{
	struct verb_env *env = *state;

	temp_dir_remove(env->dir);
	free(env);
	return 0;
}

static inline void note_ips(struct verb_env *env,
			    const struct cni_result *result)
{
	char text[CNI_PREFIX_STRLEN];

	env->ips[0] = '\0';
	for (size_t i = 0; i < result->ip_count; i++)
		(void)snprintf(env->ips + strlen(env->ips),
			       sizeof(env->ips) - strlen(env->ips), "%s%s",
			       i ? " " : "",
			       cni_prefix_format(&result->ips[i].address,
						 text));
}

static inline int dispatch(struct verb_env *env, const char *verb,
			   const struct cni_call *call)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	int ret;

	if (strcmp(verb, "DEL") == 0)
		return hl_del(call, &env->err);
	if (strcmp(verb, "CHECK") == 0)
		return hl_check(call, &env->err);
	if (strcmp(verb, "GC") == 0)
		return hl_gc(call, &env->err);
	if (strcmp(verb, "STATUS") == 0)
		return hl_status(call, &env->err);
	ret = hl_add(call, &result, &env->err);
	note_ips(env, &result);
	return ret;
}

/* Runs it; returns the error's code, or 0. */
static inline int verb(struct verb_env *env, const struct request *request)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct cni_call call = {
		.args.container_id = request->id ? request->id : "",
		.args.ifname = request->ifname ? request->ifname : "eth0",
		.args.args = request->args ? request->args : "",
		.cni_version = request->version ? request->version : "1.1.0",
		.name = NET,
	};
	int ret;

	assert_int_equal(
		cni_version_lookup(call.cni_version, &call.version, NULL), 0);
	cni_buf_addf(&text,
		     "{\"cniVersion\":\"%s\",\"name\":\"" NET
		     "\",\"ipam\":{\"dataDir\":\"%s\",%s}%s}",
		     call.cni_version, env->dir, request->ipam,
		     request->more ? request->more : "");
	conf = parse_json(cni_buf_text(&text));
	call.conf = conf;
	memset(&env->err, 0, sizeof(env->err));
	env->err.code = -1;
	ret = dispatch(env, request->verb, &call);
	/* An error object for each failure, and only then a code. */
	if (ret)
		assert_true(env->err.code > 0 && env->err.msg[0]);
	return ret ? env->err.code : 0;
}

static inline int add(struct verb_env *env, const char *id, const char *ipam)
{
	const struct request request = { .verb = "ADD",
					 .id = id,
					 .ipam = ipam };

	return verb(env, &request);
}

static inline int del(struct verb_env *env, const char *id)
{
	const struct request request = { .verb = "DEL",
					 .id = id,
					 .ipam = NET16 };

	return verb(env, &request);
}

static inline int check(struct verb_env *env, const char *id, const char *ipam)
{
	const struct request request = { .verb = "CHECK",
					 .id = id,
					 .ipam = ipam };

	return verb(env, &request);
}

static inline void assert_add(struct verb_env *env, const char *id,
			      const char *ipam, const char *ips)
{
	if (add(env, id, ipam))
		fail_msg("ADD %s: %s", id, env->err.msg);
	assert_string_equal(env->ips, ips);
}

/* Path of a name in the network's directory; "" is the directory. */
static inline const char *in_net(const struct verb_env *env, const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/" NET "/%s", env->dir, name);
	return path;
}

/* Writes a file of the network as another program would. */
static inline void put(const struct verb_env *env, const char *name,
		       const char *text)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/" NET, env->dir);
	(void)mkdir(path, 0755);
	write_file(path, name, text, 0600);
}

static inline int has(const struct verb_env *env, const char *name)
{
	struct stat status;

	return lstat(in_net(env, name), &status) == 0;
}

static inline void assert_content(const struct verb_env *env, const char *name,
				  const char *expected)
{
	char path[4096];
	char *text;

	(void)snprintf(path, sizeof(path), "%s/" NET, env->dir);
	text = read_text(path, name);
	assert_string_equal(text, expected);
	free(text);
}

/* How many names of the directory are addresses? */
static inline int lease_count(const struct verb_env *env)
{
	DIR *dir = opendir(in_net(env, ""));
	const struct dirent *entry;
	struct cni_addr addr;
	int count = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		count += cni_addr_parse(entry->d_name, &addr) == 0;
	(void)closedir(dir);
	return count;
}

#define VERB_TEST(function)                                       \
	cmocka_unit_test_setup_teardown(function, verb_env_setup, \
					verb_env_teardown)

#endif /* HOST_LOCAL_VERB_ENV_H */
