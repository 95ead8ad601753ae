/* SPDX-License-Identifier: Apache-2.0 */
/* cases_parallel.c - many calls at once: calls per second and the slowest */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

#define MAX_PODS    200
#define MAX_WORKERS 32

struct storm {
	const char *title;
	const char *plugin;
	const char *options;
	bool ports;
};

struct running {
	int pid;
	double begin;
};

struct throughput {
	double per_second;
	double p99_ms;
	int failed;
};

static int compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

/* Starting needs the environment of one call only until the child has it. */
static int start_call(struct variant *variant, const struct storm *storm,
		      const char *verb, int netns, int id)
{
	static char json[BENCH_JSON];
	char prev[512];
	struct plugin_call call = { .plugin = storm->plugin,
				    .verb = verb,
				    .netns = netns,
				    .id = id,
				    .config = json };

	if (storm->ports) {
		(void)snprintf(prev, sizeof(prev),
			       "{\"cniVersion\":\"1.0.0\",\"ips\":"
			       "[{\"address\":\"10.88.1.%d/16\"}]}",
			       id % 250 + 2);
		config_ports(json, storm->options, prev, 30000 + id, 1);
	} else {
		config_first(json, variant, "storm", storm->plugin,
			     storm->options, false);
	}
	return call_start(variant, &call);
}

static void reap(struct running *running, int workers, double *latency,
		 struct throughput *result)
{
	int status;
	int pid = wait(&status);

	for (int w = 0; w < workers; w++)
		if (running[w].pid == pid) {
			*latency = measure_now_ms() - running[w].begin;
			running[w].pid = 0;
		}
	result->failed += status != 0;
}

static int free_slot(const struct running *running, int workers)
{
	for (int w = 0; w < workers; w++)
		if (!running[w].pid)
			return w;
	return -1;
}

static struct throughput run_storm(struct variant *variant,
				   const struct storm *storm, const char *verb,
				   const int *pods, int count, int workers)
{
	struct running running[MAX_WORKERS] = { 0 };
	double latency[MAX_PODS];
	struct throughput result = { 0 };
	double begin = measure_now_ms();
	int reaped = 0;
	int slot;

	for (int i = 0; i < count; i++) {
		slot = free_slot(running, workers);
		if (slot < 0) {
			reap(running, workers, &latency[reaped++], &result);
			slot = free_slot(running, workers);
		}
		running[slot].begin = measure_now_ms();
		running[slot].pid =
			start_call(variant, storm, verb, pods[i], 500 + i);
	}
	while (reaped < count)
		reap(running, workers, &latency[reaped++], &result);
	result.per_second = count * 1e3 / (measure_now_ms() - begin);
	qsort(latency, (size_t)count, sizeof(*latency), compare);
	result.p99_ms = latency[count * 99 / 100];
	return result;
}

static void print_storm(const struct bench *bench, const char *title,
			const char *verb, int count, int workers,
			const struct throughput *results)
{
	const struct throughput *base = &results[bench->reference];

	for (int v = 0; v < bench->count; v++)
		if (!bench->variants[v].floor)
			printf("%-24s %s x%d, %2d at once  %-10s %8.0f/s "
			       "p99 %8.1f ms  %5.1fx%s\n",
			       title, verb, count, workers,
			       bench->variants[v].name, results[v].per_second,
			       results[v].p99_ms,
			       results[v].per_second / base->per_second,
			       results[v].failed ? "  FAILED calls" : "");
	(void)fflush(stdout);
}

static void measure_storm(struct bench *bench, const struct storm *storm,
			  int count, int workers)
{
	struct throughput add[NODE_MAX_VARIANTS] = { 0 };
	struct throughput del[NODE_MAX_VARIANTS] = { 0 };
	int pods[MAX_PODS];

	report_progress(storm->title);
	for (int v = 0; v < bench->count; v++) {
		struct variant *variant = &bench->variants[v];

		if (variant->floor)
			continue;
		for (int i = 0; i < count; i++)
			pods[i] = node_new_netns();
		add[v] = run_storm(variant, storm, "ADD", pods, count, workers);
		del[v] = run_storm(variant, storm, "DEL", pods, count, workers);
		for (int i = 0; i < count; i++)
			(void)close(pods[i]);
	}
	print_storm(bench, storm->title, "ADD", count, workers, add);
	print_storm(bench, storm->title, "DEL", count, workers, del);
}

void cases_parallel(struct bench *bench)
{
	static const struct storm storms[] = {
		{ "bridge v4", "bridge",
		  "\"bridge\":\"brs\",\"isGateway\":true,", false },
		{ "bridge masquerade nft", "bridge",
		  "\"bridge\":\"brs\",\"isGateway\":true,\"ipMasq\":true,"
		  "\"ipMasqBackend\":\"nftables\",",
		  false },
		{ "portmap nft", "portmap", "\"backend\":\"nftables\",", true },
	};

	for (size_t i = 0; i < sizeof(storms) / sizeof(storms[0]); i++) {
		measure_storm(bench, &storms[i], 50, 8);
		if (!bench->quick)
			measure_storm(bench, &storms[i], MAX_PODS, 32);
	}
}
