/* SPDX-License-Identifier: Apache-2.0 */
/* cases_single.c - one call at a time, on an otherwise idle node */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

/*
 * struct cycle - an ADD and a DEL that are measured, chained plugins included
 * @title: of the rows; " ADD" and " DEL" are appended
 * @plugin: first plugin
 * @options: members of its config, each followed by a comma
 * @dual: addresses of both families
 * @ports: mappings of a portmap call after it; 0 for none, and with
 *	@only_ports only that one is measured
 */
struct cycle {
	const char *title;
	const char *plugin;
	const char *options;
	bool dual;
	const char *floor_add;
	const char *floor_del;
	int ports;
	bool only_ports;
	const char *port_options;
};

static const struct cycle cycles[] = {
	{ "host-local, empty", "host-local", "", false, "lease-add",
	  "lease-del", 0, false, "" },
	{ "bridge v4", "bridge", "\"bridge\":\"br1\",\"isGateway\":true,",
	  false, "bridge-add", "bridge-del", 0, false, "" },
	{ "bridge dual stack", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,", true, "bridge-add-dual",
	  "bridge-del", 0, false, "" },
	{ "bridge v4 masquerade nft", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,\"ipMasq\":true,"
	  "\"ipMasqBackend\":\"nftables\",",
	  false, NULL, NULL, 0, false, "" },
	{ "bridge v4 masquerade iptables", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,\"ipMasq\":true,"
	  "\"ipMasqBackend\":\"iptables\",",
	  false, NULL, NULL, 0, false, "" },
	{ "portmap nft, 1 port", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,", false, "ports-add-1",
	  "ports-del-1", 1, true, "\"backend\":\"nftables\"," },
	{ "portmap nft, 10 ports", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,", false, "ports-add-10",
	  "ports-del-10", 10, true, "\"backend\":\"nftables\"," },
	{ "portmap iptables, 10 ports", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,", false, NULL, NULL, 10, true,
	  "\"backend\":\"iptables\"," },
	{ "chain nft, 1 port", "bridge",
	  "\"bridge\":\"br1\",\"isGateway\":true,\"ipMasq\":true,"
	  "\"ipMasqBackend\":\"nftables\",",
	  false, NULL, NULL, 1, false, "\"backend\":\"nftables\"," },
};

static void plus(struct cost *sum, const struct cost *cost)
{
	sum->status |= cost->status;
	sum->wall_ms += cost->wall_ms;
	sum->cpu_ms += cost->cpu_ms;
	sum->faults += cost->faults;
}

static void plus_trace(struct trace *sum, const struct trace *trace)
{
	sum->syscalls += trace->syscalls;
	sum->processes += trace->processes;
	if (trace->rss_kb > sum->rss_kb)
		sum->rss_kb = trace->rss_kb;
}

/* One call; measured or traced into the sums unless it only prepares. */
static void step(struct variant *variant, struct plugin_call *call, bool counts,
		 struct cost *cost, struct trace *trace)
{
	struct cost one;
	struct trace counted;

	if (variant->floor && !call->floor)
		return;
	if (trace && counts) {
		counted = call_trace(variant, call);
		plus_trace(trace, &counted);
		return;
	}
	one = call_measure(variant, call);
	if (counts)
		plus(cost, &one);
}

struct outcome {
	struct cost add;
	struct cost del;
	struct trace add_trace;
	struct trace del_trace;
};

/* ADD and DEL of one pod. Tracing replaces measuring when @trace. */
static void run_cycle(const struct cycle *cycle, struct variant *variant,
		      int id, bool trace, struct outcome *outcome)
{
	static char first[BENCH_JSON];
	static char ports[BENCH_JSON];
	static char result[BENCH_JSON];
	bool bridge_counts = !cycle->only_ports;
	/* The floor of a port mapping does not need the pod's wiring. */
	bool wiring = bridge_counts || !variant->floor;
	struct plugin_call call = { .netns = node_new_netns(), .id = id };

	*outcome = (struct outcome) { 0 };
	config_first(first, variant, "bench", cycle->plugin, cycle->options,
		     cycle->dual);
	result[0] = '\0';
	if (wiring) {
		call.plugin = cycle->plugin;
		call.verb = "ADD";
		call.config = first;
		call.floor = bridge_counts ? cycle->floor_add : NULL;
		call.output = result;
		call.output_size = sizeof(result);
		step(variant, &call, bridge_counts, &outcome->add,
		     trace ? &outcome->add_trace : NULL);
	}
	if (cycle->ports) {
		config_ports(ports, cycle->port_options, result, 20000,
			     cycle->ports);
		call.plugin = "portmap";
		call.verb = "ADD";
		call.config = ports;
		call.output = NULL;
		call.floor = bridge_counts ? NULL : cycle->floor_add;
		step(variant, &call, true, &outcome->add,
		     trace ? &outcome->add_trace : NULL);
		call.verb = "DEL";
		call.floor = bridge_counts ? NULL : cycle->floor_del;
		step(variant, &call, true, &outcome->del,
		     trace ? &outcome->del_trace : NULL);
	}
	if (wiring) {
		call.plugin = cycle->plugin;
		call.verb = "DEL";
		call.config = first;
		call.output = NULL;
		call.floor = bridge_counts ? cycle->floor_del : NULL;
		step(variant, &call, bridge_counts, &outcome->del,
		     trace ? &outcome->del_trace : NULL);
	}
	(void)close(call.netns);
}

static void measure_cycle(struct bench *bench, const struct cycle *cycle)
{
	static struct samples add[NODE_MAX_VARIANTS];
	static struct samples del[NODE_MAX_VARIANTS];
	struct outcome outcome;
	char title[64];

	report_progress(cycle->title);
	memset(add, 0, sizeof(add));
	memset(del, 0, sizeof(del));
	for (int i = 0; i < bench->iterations + 1; i++)
		for (int v = 0; v < bench->count; v++) {
			struct variant *variant = &bench->variants[v];

			if (variant->floor && !cycle->floor_add)
				continue;
			run_cycle(cycle, variant, i + 1, false, &outcome);
			/* The first one makes bridge, tables and files. */
			if (i == 0)
				continue;
			samples_add(&add[v], &outcome.add);
			samples_add(&del[v], &outcome.del);
		}
	for (int v = 0; v < bench->count; v++) {
		if (!add[v].count)
			continue;
		run_cycle(cycle, &bench->variants[v], bench->iterations + 2,
			  true, &outcome);
		add[v].trace = outcome.add_trace;
		del[v].trace = outcome.del_trace;
	}
	(void)snprintf(title, sizeof(title), "%s ADD", cycle->title);
	report_row(bench, title, add);
	(void)snprintf(title, sizeof(title), "%s DEL", cycle->title);
	report_row(bench, title, del);
}

static void measure_version(struct bench *bench)
{
	static struct samples samples[NODE_MAX_VARIANTS];
	struct plugin_call call = {
		.plugin = "bridge",
		.verb = "VERSION",
		.netns = -1,
		.floor = "version",
		.config = "{\"cniVersion\":\"1.1.0\"}",
	};
	struct cost cost;

	report_progress("VERSION");
	memset(samples, 0, sizeof(samples));
	for (int i = 0; i < bench->iterations; i++)
		for (int v = 0; v < bench->count; v++) {
			cost = call_measure(&bench->variants[v], &call);
			samples_add(&samples[v], &cost);
		}
	for (int v = 0; v < bench->count; v++)
		samples[v].trace = call_trace(&bench->variants[v], &call);
	report_row(bench, "VERSION", samples);
}

void cases_single(struct bench *bench)
{
	measure_version(bench);
	for (size_t i = 0; i < sizeof(cycles) / sizeof(cycles[0]); i++)
		measure_cycle(bench, &cycles[i]);
}
