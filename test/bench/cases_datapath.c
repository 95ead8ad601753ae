/* SPDX-License-Identifier: Apache-2.0 */
/* cases_datapath.c - what a connection costs when there are many mappings */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

#define HOST_PORT 59000

static int listen_in(int netns, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port) };
	int fd;

	node_enter(netns);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 4096))
		die("listen on %u", port);
	node_leave();
	return fd;
}

/* The kernel completes the handshake; nothing needs to accept in between. */
static void connect_once(int listener, const char *to, uint16_t port,
			 struct samples *samples)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port) };
	struct linger reset = { .l_onoff = 1 };
	struct cost cost = { 0 };
	const struct timeval patience = { .tv_sec = 1 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof(patience));
	(void)inet_pton(AF_INET, to, &address.sin_addr);
	cost.wall_ms = measure_now_ms();
	cost.status = connect(fd, (struct sockaddr *)&address, sizeof(address));
	cost.wall_ms = measure_now_ms() - cost.wall_ms;
	if (cost.status)
		die("no connection to %s:%u", to, port);
	samples_add(samples, &cost);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)close(fd);
	fd = accept(listener, NULL, NULL);
	if (fd >= 0)
		(void)close(fd);
}

/* A variant without the nftables backend has no listener and is left out. */
struct pod {
	int netns;
	int listener;
	char result[4096];
};

/* Publishes a port of the pod, after all that were published before. */
static int publish_port(struct variant *variant, const struct pod *pod,
			const char *result, int n)
{
	static char json[BENCH_JSON];
	struct plugin_call call = { .plugin = "portmap",
				    .verb = "ADD",
				    .netns = pod->netns,
				    .id = 70000 + n,
				    .config = json };

	config_ports(json, "\"backend\":\"nftables\",", result, HOST_PORT + n,
		     1);
	return call_measure(variant, &call).status;
}

static void publish(struct variant *variant, struct pod *pod)
{
	static char json[BENCH_JSON];
	struct plugin_call call = { .plugin = "bridge",
				    .verb = "ADD",
				    .netns = pod->netns,
				    .id = 7,
				    .config = json,
				    .output = pod->result,
				    .output_size = sizeof(pod->result) };
	struct cost cost;

	config_first(json, variant, "path", "bridge",
		     "\"bridge\":\"brp\",\"isGateway\":true,"
		     "\"ipMasq\":true,\"ipMasqBackend\":\"nftables\",",
		     false);
	cost = call_measure(variant, &call);
	if (cost.status)
		(void)fprintf(stderr, "bench: %s cannot add a pod: %s\n",
			      variant->name, pod->result);
	else
		pod->listener = listen_in(pod->netns, 80);
}

/* To the last one of @n + 1 mappings. */
static void measure_connects(struct bench *bench, struct pod *pods,
			     const char *title, int n)
{
	static struct samples samples[NODE_MAX_VARIANTS];
	int port = n / 1000;

	for (int v = 0; v < bench->count; v++)
		if (pods[v].listener &&
		    publish_port(&bench->variants[v], &pods[v], pods[v].result,
				 port))
			die("%s cannot publish a port",
			    bench->variants[v].name);

	memset(samples, 0, sizeof(samples));
	for (int i = 0; i < BENCH_MAX_SAMPLES; i++)
		for (int v = 0; v < bench->count; v++) {
			if (!pods[v].listener)
				continue;
			node_enter(bench->variants[v].lan);
			connect_once(pods[v].listener, "192.0.2.1",
				     (uint16_t)(HOST_PORT + port), &samples[v]);
			node_leave();
		}
	report_row(bench, title, samples);
}

static void measure_egress(struct bench *bench, struct pod *pods,
			   const char *title)
{
	static struct samples samples[NODE_MAX_VARIANTS];
	int listener[NODE_MAX_VARIANTS];

	memset(samples, 0, sizeof(samples));
	for (int v = 0; v < bench->count; v++)
		listener[v] = bench->variants[v].floor
				      ? -1
				      : listen_in(bench->variants[v].lan, 8080);
	for (int i = 0; i < BENCH_MAX_SAMPLES; i++)
		for (int v = 0; v < bench->count; v++) {
			if (!pods[v].listener)
				continue;
			node_enter(pods[v].netns);
			connect_once(listener[v], "192.0.2.2", 8080,
				     &samples[v]);
			node_leave();
		}
	for (int v = 0; v < bench->count; v++)
		(void)close(listener[v]);
	report_row(bench, title, samples);
}

/*
 * As many masqueraded pods as @count: copies of what the first pod's ADD has
 * left in nf_tables, whoever's layout that is, with addresses of 10.90.0.0/16
 * in place of its own.  A chain gets them in front: the pod measured was last.
 */
static void fill_masquerade(struct bench *bench, const struct pod *pods,
			    int from, int count)
{
	for (int v = 0; v < bench->count; v++)
		if (pods[v].listener)
			node_shell(
				bench->variants[v].netns,
				"cd '%s' && { [ -e one.nft ] || "
				"nft -s list ruleset > one.nft; } && "
				"awk -v from=%d -v to=%d '"
				"/^table/ { table = $3 ~ /masq/ ? $2 \" \" $3 "
				": \"\" } "
				"/^\\t(chain|map|set) / { name = $2 } "
				"table && /elements = [{] 10[.]88[.]0[.]2 / { "
				"sub(/^.*= /, \"\"); "
				"say(\"add element \" table \" \" name, $0) } "
				"table && /^\\t\\tip saddr 10[.]88[.]0[.]2 / { "
				"say(\"insert rule \" table \" \" name, $0) } "
				"function say(what, text, i, one) { "
				"for (i = from; i < to; i++) { one = text; "
				"sub(/10[.]88[.]0[.]2/, sprintf("
				"\"10.90.%%d.%%d\", i / 250, i %% 250 + 2), "
				"one); print what \" \" one } }' "
				"one.nft > fill.nft && nft -f fill.nft",
				bench->variants[v].dir, from, count);
}

static int next_count(const struct bench *bench, int count)
{
	if (count == 0)
		return 1000;
	return count == 1000 && !bench->quick ? 5000 : -1;
}

void cases_datapath(struct bench *bench)
{
	static struct pod pods[NODE_MAX_VARIANTS];
	char title[64];
	int from = 0;

	for (int v = 0; v < bench->count; v++) {
		if (bench->variants[v].floor)
			continue;
		/* Bridges of other cases have the same subnet. */
		node_shell(bench->variants[v].netns,
			   "ip -o link show type bridge | "
			   "while IFS=': ' read -r _ name _; do "
			   "ip link delete \"$name\"; done");
		pods[v].netns = node_new_netns();
		publish(&bench->variants[v], &pods[v]);
	}
	for (int n = 0; n >= 0; from = n, n = next_count(bench, n)) {
		(void)snprintf(title, sizeof(title),
			       "connect, %d other mappings", n);
		report_progress(title);
		bench_fill_ports(bench, "\"backend\":\"nftables\",", from, n);
		measure_connects(bench, pods, title, n);
	}
	for (int n = from = 0; n >= 0; from = n, n = next_count(bench, n)) {
		(void)snprintf(title, sizeof(title),
			       "pod egress, %d other pods", n);
		report_progress(title);
		if (n)
			fill_masquerade(bench, pods, from, n);
		measure_egress(bench, pods, title);
	}
}
