/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cni_run.c - run a conflist's plugins the way a container runtime does
 *
 * A runtime's part of the CNI specification in one small program, for the
 * demonstration and the tests: it forces name and cniVersion of the list into
 * each plugin's configuration, hands the result of one plugin to the next as
 * prevResult, passes the capabilities a plugin asks for as runtimeConfig, keeps
 * the result for CHECK and DEL, and undoes an ADD that fails half-way.
 *
 * Source: CNI SPEC 1.1.0 section 3 "Execution of Network Configurations".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

static const char usage[] =
	"usage: cni-run VERB CONFLIST CONTAINER NETNS [IFNAME]\n"
	"\n"
	"VERB      add, check, del, gc or status (gc, status: CONFLIST only)\n"
	"CONFLIST  a network configuration list\n"
	"CONTAINER its id;  NETNS  a path, \"\" for none;  IFNAME  default "
	"eth0\n"
	"\n"
	"CNI_PATH       where the plugins are (default /opt/cni/bin)\n"
	"CNI_RUN_DIR    where results are kept (default /run/cni-run)\n"
	"CNI_CAP_ARGS   capability arguments, a JSON object, e.g.\n"
	"               {\"portMappings\":[{\"hostPort\":8080,...}]}\n"
	"CNI_GC_VALID   for gc: the valid attachments, a JSON array\n";

/* struct run - one invocation */
struct run {
	const char *verb;
	const char *container;
	const char *netns;
	const char *ifname;
	json_object *list;
	json_object *capabilities;
	json_object *result;
	char cache[512];
};

static const char *env_or(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static void die(const char *what)
{
	(void)fprintf(stderr, "cni-run: %s%s%s\n", what, errno ? ": " : "",
		      errno ? strerror(errno) : "");
	exit(2);
}

static const char *member(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value)
		       ? json_object_get_string(value)
		       : "";
}

static bool find_plugin(const char *type, char *path, size_t size)
{
	char dirs[4096];
	char *save = NULL;
	char *dir;

	(void)snprintf(dirs, sizeof(dirs), "%s",
		       env_or("CNI_PATH", "/opt/cni/bin"));
	for (dir = strtok_r(dirs, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save)) {
		(void)snprintf(path, size, "%s/%s", dir, type);
		if (access(path, X_OK) == 0)
			return true;
	}
	(void)fprintf(stderr, "cni-run: no plugin \"%s\" in %s\n", type,
		      env_or("CNI_PATH", "/opt/cni/bin"));
	return false;
}

/* The capabilities of the plugin that the caller gave arguments for. */
static json_object *runtime_config(const struct run *run, json_object *plugin)
{
	json_object *result = json_object_new_object();
	json_object *wanted;
	json_object *value;

	if (!run->capabilities ||
	    !json_object_object_get_ex(plugin, "capabilities", &wanted))
		return result;
	json_object_object_foreach(wanted, key, enabled)
	{
		if (json_object_get_boolean(enabled) &&
		    json_object_object_get_ex(run->capabilities, key, &value))
			json_object_object_add(result, key,
					       json_object_get(value));
	}
	return result;
}

static json_object *config_of(const struct run *run, json_object *plugin)
{
	json_object *config = NULL;
	json_object *runtime = runtime_config(run, plugin);

	if (json_object_deep_copy(plugin, &config, NULL))
		die("out of memory");
	json_object_object_add(
		config, "name",
		json_object_new_string(member(run->list, "name")));
	json_object_object_add(
		config, "cniVersion",
		json_object_new_string(member(run->list, "cniVersion")));
	if (json_object_object_length(runtime))
		json_object_object_add(config, "runtimeConfig", runtime);
	else
		json_object_put(runtime);
	if (run->result)
		json_object_object_add(config, "prevResult",
				       json_object_get(run->result));
	if (strcasecmp(run->verb, "gc") == 0)
		json_object_object_add(
			config, "cni.dev/valid-attachments",
			json_tokener_parse(env_or("CNI_GC_VALID", "[]")));
	return config;
}

static void child(const struct run *run, const char *verb, const char *path,
		  int in, int out)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };

	(void)setenv("CNI_COMMAND", verb, 1);
	(void)setenv("CNI_CONTAINERID", run->container, 1);
	(void)setenv("CNI_NETNS", run->netns, 1);
	(void)setenv("CNI_IFNAME", run->ifname, 1);
	(void)setenv("CNI_PATH", env_or("CNI_PATH", "/opt/cni/bin"), 1);
	(void)dup2(in, 0);
	(void)dup2(out, 1);
	(void)execv(path, argv);
	_exit(127);
}

static int temporary(const char *text)
{
	char name[] = "/tmp/cni-run-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);

	if (fd < 0 || unlink(name) ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET))
		die(name);
	return fd;
}

/* Run one plugin. Its answer goes to @answer. Return: its exit status. */
static int run_plugin(const struct run *run, const char *verb,
		      json_object *plugin, char *answer, size_t size)
{
	json_object *config = config_of(run, plugin);
	int in = temporary(
		json_object_to_json_string_ext(config, JSON_C_TO_STRING_PLAIN));
	int out = temporary("");
	char path[4352];
	ssize_t len;
	pid_t pid;
	int status;

	json_object_put(config);
	if (!find_plugin(member(plugin, "type"), path, sizeof(path)))
		return 2;
	pid = fork();
	if (pid == 0)
		child(run, verb, path, in, out);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	len = pread(out, answer, size - 1, 0);
	answer[len > 0 ? len : 0] = '\0';
	(void)close(in);
	(void)close(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* All plugins in order (or backwards); stops at the first failure unless
 * @all. Return: the first failing exit status.
 */
static int run_list(struct run *run, const char *verb, bool backwards, bool all)
{
	static char answer[1 << 20];
	json_object *plugins;
	int first = 0;
	size_t count;
	int status;

	if (!json_object_object_get_ex(run->list, "plugins", &plugins))
		die("the configuration has no plugins");
	count = json_object_array_length(plugins);
	for (size_t i = 0; i < count; i++) {
		json_object *plugin = json_object_array_get_idx(
			plugins, backwards ? count - 1 - i : i);

		status = run_plugin(run, verb, plugin, answer, sizeof(answer));
		if (status) {
			(void)fprintf(
				stderr,
				"cni-run: plugin \"%s\" failed (%s): %s\n",
				member(plugin, "type"), verb, answer);
			first = first ? first : status;
			if (!all)
				return first;
		} else if (strcmp(verb, "ADD") == 0) {
			json_object_put(run->result);
			run->result = json_tokener_parse(answer);
		}
	}
	return first;
}

static void cache_store(const struct run *run)
{
	if (json_object_to_file_ext(run->cache, run->result,
				    JSON_C_TO_STRING_PLAIN))
		die(run->cache);
}

static int add(struct run *run)
{
	int status = run_list(run, "ADD", false, false);

	if (status) {
		(void)run_list(run, "DEL", true, true);
		return status;
	}
	cache_store(run);
	(void)printf("%s\n", json_object_to_json_string_ext(
				     run->result,
				     JSON_C_TO_STRING_PRETTY |
					     JSON_C_TO_STRING_NOSLASHESCAPE));
	return 0;
}

static int del(struct run *run)
{
	int status = run_list(run, "DEL", true, true);

	if (!status)
		(void)unlink(run->cache);
	return status;
}

static int dispatch(struct run *run)
{
	if (strcasecmp(run->verb, "add") == 0)
		return add(run);
	if (strcasecmp(run->verb, "check") == 0)
		return run_list(run, "CHECK", false, false);
	if (strcasecmp(run->verb, "del") == 0)
		return del(run);
	if (strcasecmp(run->verb, "gc") == 0)
		return run_list(run, "GC", false, true);
	if (strcasecmp(run->verb, "status") == 0)
		return run_list(run, "STATUS", false, false);
	return fputs(usage, stderr), 2;
}

int main(int argc, char **argv)
{
	struct run run = { .container = "", .netns = "", .ifname = "eth0" };
	bool whole = argc >= 2 && strcasecmp(argv[1], "gc") != 0 &&
		     strcasecmp(argv[1], "status") != 0;
	int status;

	if (argc < 3 || (whole && argc < 5))
		return fputs(usage, stderr), 2;
	run.verb = argv[1];
	run.list = json_object_from_file(argv[2]);
	if (!run.list)
		die(json_util_get_last_err());
	if (whole) {
		run.container = argv[3];
		run.netns = argv[4];
		run.ifname = argc > 5 ? argv[5] : "eth0";
	} else {
		run.ifname = "";
	}
	if (getenv("CNI_CAP_ARGS"))
		run.capabilities = json_tokener_parse(getenv("CNI_CAP_ARGS"));
	(void)snprintf(run.cache, sizeof(run.cache), "%s/%s-%s-%s",
		       env_or("CNI_RUN_DIR", "/run/cni-run"),
		       member(run.list, "name"), run.container, run.ifname);
	errno = 0;
	if (strcasecmp(run.verb, "add") != 0)
		run.result = json_object_from_file(run.cache);
	status = dispatch(&run);
	json_object_put(run.result);
	json_object_put(run.capabilities);
	json_object_put(run.list);
	return status;
}
