/* SPDX-License-Identifier: Apache-2.0 */
/* e2e.c - a host, pods, and the executables, for one test */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/buf.h"
#include "cni/ip.h"
#include "e2e.h"
#include "run.h"

/* Set by ctest; another build's executables can be tried by changing it. */
static const char *bin_dir(void)
{
	const char *dir = getenv("CNI_BIN_DIR");

	if (!dir)
		fail_msg("CNI_BIN_DIR is not set: run this by ctest");
	return dir;
}

static int open_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

int e2e_setup(void **state)
{
	struct e2e *e2e = calloc(1, sizeof(*e2e));

	assert_non_null(e2e);
	node_enter();
	sh("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
	e2e->host = open_netns("/proc/self/ns/net");
	for (int i = 0; i < E2E_PODS; i++) {
		(void)snprintf(e2e->pod_paths[i], sizeof(e2e->pod_paths[i]),
			       "/run/netns/p%d", i);
		sh("ip netns add p%d", i);
		e2e->pods[i] = open_netns(e2e->pod_paths[i]);
	}
	e2e->dir = temp_dir_new();
	(void)snprintf(e2e->cni_path, sizeof(e2e->cni_path), "%s:%s", e2e->dir,
		       bin_dir());
	*state = e2e;
	return 0;
}

int e2e_teardown(void **state)
{
	struct e2e *e2e = *state;

	for (int i = 0; i < E2E_PODS; i++)
		(void)close(e2e->pods[i]);
	(void)close(e2e->host);
	temp_dir_remove(e2e->dir);
	free(e2e);
	return 0;
}

static json_object *only_document(const struct run_result *result)
{
	json_tokener *tokener;
	json_object *json;

	if (result->out_len == 0)
		return NULL;
	tokener = json_tokener_new();
	assert_non_null(tokener);
	json = json_tokener_parse_ex(tokener, result->out,
				     (int)result->out_len);
	if (!json || json_tokener_get_parse_end(tokener) != result->out_len)
		fail_msg("stdout is not one document: %s", result->out);
	json_tokener_free(tokener);
	return json;
}

void e2e_call(struct e2e *e2e, const char *plugin, const char *command,
	      const char *id, const char *netns, const char *conf,
	      struct e2e_answer *ret_answer)
{
	const char *slash = strchr(id, '/');
	char text[6][640];
	const char *env[] = { text[0], text[1], text[2], text[3],
			      text[4], text[5], NULL };
	struct run run = { .env = env, .input = conf };
	struct run_result result;
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", bin_dir(), plugin);
	(void)snprintf(text[0], sizeof(text[0]), "CNI_COMMAND=%s", command);
	(void)snprintf(text[1], sizeof(text[1]), "CNI_CONTAINERID=%.*s",
		       slash ? (int)(slash - id) : (int)strlen(id), id);
	(void)snprintf(text[2], sizeof(text[2]), "CNI_NETNS=%s", netns);
	(void)snprintf(text[3], sizeof(text[3]), "CNI_IFNAME=%s",
		       slash ? slash + 1 : "eth0");
	(void)snprintf(text[4], sizeof(text[4]), "CNI_PATH=%s", e2e->cni_path);
	(void)snprintf(text[5], sizeof(text[5]), "PATH=%s", getenv("PATH"));
	run.path = path;
	run_program(&run, &result);
	ret_answer->status = result.status;
	ret_answer->err = strdup(result.err);
	ret_answer->json = only_document(&result);
	run_result_done(&result);
}

void e2e_answer_done(struct e2e_answer *answer)
{
	json_object_put(answer->json);
	free(answer->err);
}

static void assert_success(const struct e2e_answer *answer, const char *command,
			   const char *id)
{
	if (answer->status != 0)
		fail_msg("%s %s: status %d: %s %s", command, id, answer->status,
			 answer->json ? json_object_to_json_string(answer->json)
				      : "",
			 answer->err);
}

json_object *e2e_add(struct e2e *e2e, const char *id, int pod, const char *conf)
{
	struct e2e_answer answer;
	json_object *result;

	e2e_call(e2e, "bridge", "ADD", id, e2e->pod_paths[pod], conf, &answer);
	assert_success(&answer, "ADD", id);
	result = json_object_get(answer.json);
	e2e_answer_done(&answer);
	return result;
}

void e2e_del(struct e2e *e2e, const char *id, int pod, const char *conf)
{
	struct e2e_answer answer;

	e2e_call(e2e, "bridge", "DEL", id, e2e->pod_paths[pod], conf, &answer);
	assert_success(&answer, "DEL", id);
	assert_null(answer.json);
	assert_string_equal(answer.err, "");
	e2e_answer_done(&answer);
}

void e2e_fail(struct e2e *e2e, const char *command, const char *id,
	      const char *netns, const char *conf, int code, const char *text)
{
	struct e2e_answer answer;

	e2e_call(e2e, "bridge", command, id, netns, conf, &answer);
	if (answer.status != 1 || !answer.json)
		fail_msg("%s %s: status %d instead of an error: %s", command,
			 id, answer.status, answer.err);
	if (!strstr(json_text(answer.json, "/msg"), text))
		fail_msg("%s %s: \"%s\" has no \"%s\"", command, id,
			 json_text(answer.json, "/msg"), text);
	assert_int_equal(json_number(answer.json, "/code"), code);
	e2e_answer_done(&answer);
}

void e2e_script_ipam(struct e2e *e2e, const char *answer)
{
	static const char script[] =
		"#!/bin/sh\n"
		"dir=${0%/*}\n"
		"echo \"$CNI_COMMAND\" >>\"$dir/ipam.log\"\n"
		"[ \"$CNI_COMMAND\" = ADD ] || exit 0\n"
		"cat \"$dir/answer.json\"\n"
		"! grep -q '\"code\"' \"$dir/answer.json\"\n";

	write_file(e2e->dir, "answer.json", answer, 0644);
	write_file(e2e->dir, "scripted", script, 0755);
}

char *e2e_ipam_log(struct e2e *e2e)
{
	return read_text(e2e->dir, "ipam.log");
}

int e2e_leases(struct e2e *e2e, const char *network)
{
	char path[640];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/leases/%s", e2e->dir, network);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		struct cni_addr addr;

		count += cni_addr_parse(entry->d_name, &addr) == 0;
	}
	(void)closedir(dir);
	return count;
}

int e2e_veths(struct e2e *e2e)
{
	json_object *list = netns_json(e2e->host, "ip -j link show type veth");
	int count = 0;

	/* Kernels that cannot filter leave empty objects for the others. */
	for (size_t i = 0; i < json_object_array_length(list); i++)
		count +=
			json_has(json_object_array_get_idx(list, i), "/ifname");
	json_object_put(list);
	return count;
}

int e2e_ping(int netns, const char *target)
{
	return netns_sh_status(netns, "ping -n -q -c1 -W1 %s >/dev/null 2>&1",
			       target) == 0;
}

int e2e_ping_at_once(int netns, const char *target)
{
	return netns_sh_status(
		       netns,
		       "ping -n -c1 -W1 %s | "
		       "awk -F'time=' '/time=/ { ms = $2 + 0; got = 1 } "
		       "END { exit !(got && ms < 50) }'",
		       target) == 0;
}

const char *e2e_conf(struct e2e *e2e, char ret_conf[E2E_CONF_MAX],
		     const char *version, const char *keys, const char *subnets)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };
	char copy[256];
	char *rest = NULL;

	cni_buf_addf(&buf,
		     "{\"cniVersion\":\"%s\",\"name\":\"net\","
		     "\"type\":\"bridge\",\"bridge\":\"cni0\"%s",
		     version, keys);
	if (subnets) {
		const char *separator = "";

		(void)snprintf(copy, sizeof(copy), "%s", subnets);
		cni_buf_addf(&buf,
			     ",\"ipam\":{\"type\":\"host-local\","
			     "\"dataDir\":\"%s/leases\",\"ranges\":[",
			     e2e->dir);
		for (char *subnet = strtok_r(copy, " ", &rest); subnet;
		     subnet = strtok_r(NULL, " ", &rest)) {
			cni_buf_addf(&buf, "%s[{\"subnet\":\"%s\"}]", separator,
				     subnet);
			separator = ",";
		}
		cni_buf_add(&buf, "]}");
	}
	cni_buf_add(&buf, "}");
	assert_int_equal(cni_buf_error(&buf), 0);
	assert_true(buf.len < E2E_CONF_MAX);
	memcpy(ret_conf, cni_buf_text(&buf), buf.len + 1);
	return ret_conf;
}

void e2e_with_result(char ret_conf[E2E_CONF_MAX], const char *plain,
		     json_object *result)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	cni_buf_addf(&buf, "{\"prevResult\":%s,%s",
		     json_object_to_json_string(result), plain + 1);
	assert_true(buf.len < E2E_CONF_MAX);
	memcpy(ret_conf, cni_buf_text(&buf), buf.len + 1);
}

void e2e_check(struct e2e *e2e, const char *conf)
{
	struct e2e_answer answer;

	e2e_call(e2e, "bridge", "CHECK", "c1", e2e->pod_paths[0], conf,
		 &answer);
	assert_success(&answer, "CHECK", "c1");
	assert_null(answer.json);
	e2e_answer_done(&answer);
}

json_object *e2e_add_for_check(struct e2e *e2e, const char *keys,
			       const char *subnets, char ret_conf[E2E_CONF_MAX])
{
	char plain[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, plain, "1.1.0", keys, subnets);
	result = e2e_add(e2e, "c1", 0, plain);
	e2e_with_result(ret_conf, plain, result);
	e2e_check(e2e, ret_conf);
	return result;
}
