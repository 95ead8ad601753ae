/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - one call of a plugin in a variant's node */
#include <stdio.h>
#include <string.h>

#include "bench.h"

struct call_strings {
	char path[NODE_PATH + 32];
	char env[9][NODE_PATH + 64];
	char *list[10];
};

static void fill(struct call_strings *strings, const struct variant *variant,
		 const struct plugin_call *call)
{
	char netns[64] = "";
	int n = 0;

	if (call->netns >= 0)
		node_netns_path(call->netns, netns);
	(void)snprintf(strings->path, sizeof(strings->path), "%s/%s",
		       variant->bin, variant->floor ? "floor" : call->plugin);
#define SET(...)                                                               \
	(void)snprintf(strings->env[n], sizeof(strings->env[n]), __VA_ARGS__); \
	strings->list[n] = strings->env[n];                                    \
	n++
	SET("CNI_COMMAND=%s", call->verb);
	SET("CNI_CONTAINERID=bench-%d", call->id);
	SET("CNI_NETNS=%s", netns);
	SET("CNI_IFNAME=eth0");
	SET("CNI_PATH=%s", variant->bin);
	SET("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	SET("FLOOR_OP=%s", call->floor ? call->floor : "");
	SET("FLOOR_ID=%d", call->id);
	SET("FLOOR_DIR=%s", variant->dir);
#undef SET
	strings->list[n] = NULL;
}

static struct run make_run(const struct call_strings *strings,
			   const struct plugin_call *call)
{
	return (struct run) {
		.path = strings->path,
		.env = strings->list,
		.input = call->config,
		.output = call->output,
		.output_size = call->output_size,
	};
}

struct cost call_measure(struct variant *variant,
			 const struct plugin_call *call)
{
	struct call_strings strings;
	struct run run;
	struct cost cost;

	fill(&strings, variant, call);
	run = make_run(&strings, call);
	node_enter(variant->netns);
	cost = measure_run(&run);
	node_leave();
	return cost;
}

struct trace call_trace(struct variant *variant, const struct plugin_call *call)
{
	struct call_strings strings;
	struct run run;
	struct trace trace;

	fill(&strings, variant, call);
	run = make_run(&strings, call);
	node_enter(variant->netns);
	trace = measure_trace(&run);
	node_leave();
	return trace;
}

int call_start(struct variant *variant, const struct plugin_call *call)
{
	struct call_strings strings;
	struct run run;
	int pid;

	fill(&strings, variant, call);
	run = make_run(&strings, call);
	node_enter(variant->netns);
	pid = measure_start(&run);
	node_leave();
	return pid;
}
