/* SPDX-License-Identifier: Apache-2.0 */
/* cases_node.c - a node's first pods: sixteen at once, and the first IPv6 one
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

#define AT_ONCE 16

/* A node without anything, with the variant's plugins. */
static struct variant fresh_node(const struct variant *variant)
{
	static int number;
	struct variant node = *variant;
	char top[NODE_PATH + 32];

	(void)snprintf(top, sizeof(top), "%s/node%d", variant->dir, number++);
	if (mkdir(top, 0700) || strlen(top) + 1 >= NODE_PATH)
		die("mkdir %s", top);
	node_setup(&node, top);
	return node;
}

/* Rules that a chain has more than once. */
static int count_duplicates(int netns)
{
	static const char command[] =
		"nft -s list ruleset 2>/dev/null | awk '"
		"/^\\t(chain|map|set) / { chain = $1 == \"chain\" ? $2 : \"\" }"
		"/^table/ { table = $0 }"
		"/^\\t\\t/ && chain && seen[table chain $0]++ { n++ }"
		"END { print n + 0 }'";
	int count = 0;
	FILE *output;

	node_enter(netns);
	output = popen(command, "re");
	if (!output || fscanf(output, "%d", &count) != 1)
		die("nft list ruleset");
	(void)pclose(output);
	node_leave();
	return count;
}

struct cold {
	int failed;
	int runs_with_duplicates;
};

static void config_cold(char *json, const struct variant *node, bool ports,
			const char *backend, int i)
{
	char options[256];
	char result[256];

	if (ports) {
		(void)snprintf(options, sizeof(options),
			       "\"snat\":true,\"backend\":\"%s\",", backend);
		(void)snprintf(result, sizeof(result),
			       "{\"cniVersion\":\"1.0.0\",\"ips\":"
			       "[{\"address\":\"10.88.0.%d/16\"}]}",
			       i + 2);
		config_ports(json, options, result, 20000 + i, 1);
		return;
	}
	(void)snprintf(options, sizeof(options),
		       "\"bridge\":\"brc\",\"isGateway\":true,\"ipMasq\":true,"
		       "\"ipMasqBackend\":\"%s\",",
		       backend);
	config_first(json, node, "cold", "bridge", options, false);
}

static void start_cold(const struct variant *variant, bool ports,
		       const char *backend, struct cold *cold)
{
	static char json[BENCH_JSON];
	struct variant node = fresh_node(variant);
	struct plugin_call call = { .plugin = ports ? "portmap" : "bridge",
				    .verb = "ADD",
				    .config = json };
	int pods[AT_ONCE];
	int status;

	for (int i = 0; i < AT_ONCE; i++)
		pods[i] = node_new_netns();
	for (int i = 0; i < AT_ONCE; i++) {
		call.netns = pods[i];
		call.id = i;
		config_cold(json, &node, ports, backend, i);
		(void)call_start(&node, &call);
	}
	for (int i = 0; i < AT_ONCE; i++) {
		if (wait(&status) < 0)
			die("wait");
		cold->failed += status != 0;
	}
	cold->runs_with_duplicates += count_duplicates(node.netns) > 0;
	for (int i = 0; i < AT_ONCE; i++)
		(void)close(pods[i]);
	node_done(&node);
}

static void measure_cold(struct bench *bench, bool ports, const char *backend)
{
	struct cold cold[NODE_MAX_VARIANTS] = { 0 };
	int runs = bench->quick ? 2 : 6;

	report_progress("cold node");
	for (int i = 0; i < runs; i++)
		for (int v = 0; v < bench->count; v++)
			if (!bench->variants[v].floor)
				start_cold(&bench->variants[v], ports, backend,
					   &cold[v]);
	for (int v = 0; v < bench->count; v++)
		if (!bench->variants[v].floor)
			printf("cold node, %d at once, %s %-9s  %-10s %d of %d "
			       "ADDs failed, duplicate rules after %d of %d "
			       "runs\n",
			       AT_ONCE, ports ? "portmap" : "masquerade",
			       backend, bench->variants[v].name, cold[v].failed,
			       runs * AT_ONCE, cold[v].runs_with_duplicates,
			       runs);
	(void)fflush(stdout);
}

/* One attempt of 20 ms; a refused connection is an answer. */
static bool gateway_answers(void)
{
	struct sockaddr_in6 gateway = { .sin6_family = AF_INET6,
					.sin6_port = htons(9) };
	int fd =
		socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd polled = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	(void)inet_pton(AF_INET6, "fd00:88::1", &gateway.sin6_addr);
	if (connect(fd, (struct sockaddr *)&gateway, sizeof(gateway)))
		error = errno;
	if (error == EINPROGRESS && poll(&polled, 1, 20) == 1)
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	(void)close(fd);
	return error == 0 || error == ECONNREFUSED;
}

static struct cost attach_first(const struct variant *variant, int id)
{
	static char json[BENCH_JSON];
	struct variant node = fresh_node(variant);
	struct plugin_call call = { .plugin = "bridge",
				    .verb = "ADD",
				    .netns = node_new_netns(),
				    .id = id,
				    .config = json };
	struct cost cost;
	double begin;

	config_first(json, &node, "first", "bridge",
		     "\"bridge\":\"brf\",\"isGateway\":true,", true);
	begin = measure_now_ms();
	cost = call_measure(&node, &call);
	node_enter(call.netns);
	while (!cost.status && !gateway_answers())
		if (measure_now_ms() - begin > 10000)
			cost.status = 1;
	node_leave();
	cost.wall_ms = measure_now_ms() - begin;
	(void)close(call.netns);
	node_done(&node);
	return cost;
}

static void measure_first_ipv6(struct bench *bench)
{
	static struct samples samples[NODE_MAX_VARIANTS];
	struct cost cost;

	report_progress("first IPv6 attachment");
	memset(samples, 0, sizeof(samples));
	for (int i = 0; i < (bench->quick ? 3 : 9); i++)
		for (int v = 0; v < bench->count; v++) {
			if (bench->variants[v].floor)
				continue;
			cost = attach_first(&bench->variants[v], i);
			samples_add(&samples[v], &cost);
		}
	report_row(bench, "first IPv6: gateway answers", samples);
}

void cases_node(struct bench *bench)
{
	measure_first_ipv6(bench);
	for (int ports = 0; ports < 2; ports++) {
		measure_cold(bench, ports, "nftables");
		measure_cold(bench, ports, "iptables");
	}
}
