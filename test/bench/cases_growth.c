/* SPDX-License-Identifier: Apache-2.0 */
/* cases_growth.c - what a call costs when there are many others already */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

#define PREV_RESULT                                                     \
	"{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"br1\"}," \
	"{\"name\":\"veth0\"},{\"name\":\"eth0\",\"sandbox\":\"/x\"}]," \
	"\"ips\":[{\"interface\":2,\"address\":\"10.88.0.2/16\"}]}"

/* A pair of calls that is repeated; @id and the host port tell them apart. */
struct growth {
	const char *plugin;
	const char *floor_add;
	const char *floor_del;
	char network[32];
	const char *options;
	bool ports;
};

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[NODE_PATH + 96];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("write %s", path);
	(void)close(fd);
}

/* @count leases in a row from the second address of the /16 on. */
static void fill_leases(const struct variant *variant, const char *network,
			int count)
{
	char dir[NODE_PATH + 40];
	char name[32] = "10.88.0.1";
	char text[64];

	(void)snprintf(dir, sizeof(dir), "%s/%s", variant->dir, network);
	if (mkdir(dir, 0755))
		die("mkdir %s", dir);
	for (int i = 2; i < count + 2; i++) {
		(void)snprintf(name, sizeof(name), "10.88.%d.%d", i >> 8,
			       i & 255);
		(void)snprintf(text, sizeof(text), "filler-%d\r\neth0", i);
		write_file(dir, name, text);
	}
	write_file(dir, "last_reserved_ip.0", name);
}

static void config_of(const struct growth *growth,
		      const struct variant *variant, char *json)
{
	if (growth->ports)
		config_ports(json, growth->options, PREV_RESULT, 60000, 1);
	else
		config_first(json, variant, growth->network, growth->plugin,
			     growth->options, false);
}

static struct plugin_call call_of(const struct growth *growth, bool add,
				  const char *json, int netns, int id)
{
	return (struct plugin_call) {
		.plugin = growth->plugin,
		.verb = add ? "ADD" : "DEL",
		.netns = netns,
		.id = id,
		.config = json,
		.floor = add ? growth->floor_add : growth->floor_del,
	};
}

static void measure_growth(struct bench *bench, const struct growth *growth,
			   const char *title)
{
	static struct samples samples[2][NODE_MAX_VARIANTS];
	static char json[BENCH_JSON];
	struct plugin_call call;
	struct cost cost;
	char text[64];
	int netns;

	report_progress(title);
	memset(samples, 0, sizeof(samples));
	for (int i = 0; i <= bench->iterations; i++)
		for (int v = 0; v < bench->count; v++) {
			struct variant *variant = &bench->variants[v];

			if (variant->floor && !growth->floor_add)
				continue;
			config_of(growth, variant, json);
			netns = node_new_netns();
			/*
			 * The second of two pairs counts: the first finds the
			 * caches as the other variant, which may have read
			 * 60,000 files, left them.
			 */
			for (int n = 0; n < 4; n++) {
				call = call_of(growth, n % 2 == 0, json, netns,
					       64000 + i);
				cost = call_measure(variant, &call);
				if (i > 0 && n >= 2)
					samples_add(&samples[n % 2][v], &cost);
			}
			(void)close(netns);
		}
	(void)snprintf(text, sizeof(text), "%s ADD", title);
	report_row(bench, text, samples[0]);
	(void)snprintf(text, sizeof(text), "%s DEL", title);
	report_row(bench, text, samples[1]);
}

static void growth_leases(struct bench *bench)
{
	static const int steps[] = { 0, 250, 4000, 60000 };
	struct growth growth = { .plugin = "host-local", .options = "" };
	char title[64];

	for (int s = 0; s < (bench->quick ? 3 : 4); s++) {
		(void)snprintf(growth.network, sizeof(growth.network),
			       "leases%d", steps[s]);
		for (int v = 0; v < bench->count; v++)
			fill_leases(&bench->variants[v], growth.network,
				    steps[s]);
		(void)snprintf(title, sizeof(title), "host-local, %d leases",
			       steps[s]);
		measure_growth(bench, &growth, title);
	}
}

/* Bring the variant's node to @count mappings, a hundred for each container. */
static void fill_ports(struct variant *variant, const char *options, int from,
		       int count)
{
	static char json[BENCH_JSON];
	struct plugin_call call = { .plugin = "portmap",
				    .verb = "ADD",
				    .netns = variant->lan,
				    .config = json };
	struct cost cost;

	for (int i = from; i < count; i += 100) {
		config_ports(json, options, PREV_RESULT, 1000 + i, 100);
		call.id = 10000 + i;
		cost = call_measure(variant, &call);
		if (cost.status)
			die("%s: portmap ADD of 100 ports failed",
			    variant->name);
	}
}

void bench_fill_ports(struct bench *bench, const char *options, int from,
		      int count)
{
	for (int v = 0; v < bench->count; v++)
		if (!bench->variants[v].floor)
			fill_ports(&bench->variants[v], options, from, count);
}

static void growth_ports(struct bench *bench)
{
	static const int steps[] = { 0, 100, 1000, 5000 };
	const struct growth growth = {
		.plugin = "portmap",
		.options = "\"backend\":\"nftables\",",
		.ports = true,
	};
	char title[64];
	int from = 0;

	for (int s = 0; s < (bench->quick ? 3 : 4); s++) {
		bench_fill_ports(bench, growth.options, from, steps[s]);
		from = steps[s];
		(void)snprintf(title, sizeof(title), "portmap, %d mappings",
			       steps[s]);
		measure_growth(bench, &growth, title);
	}
}

static void growth_bridge(struct bench *bench)
{
	static const int steps[] = { 0, 200, 900 };
	struct growth growth = {
		.plugin = "bridge",
		.network = "wide",
		.options = "\"bridge\":\"brw\",\"isGateway\":true,",
	};
	char title[64];
	int from = 0;

	for (int v = 0; v < bench->count; v++)
		if (!bench->variants[v].floor)
			node_shell(bench->variants[v].netns,
				   "ip link add brw type bridge && "
				   "ip link set brw up");
	for (int s = 0; s < (bench->quick ? 2 : 3); s++) {
		for (int v = 0; v < bench->count; v++)
			if (!bench->variants[v].floor)
				node_shell(bench->variants[v].netns,
					   "for i in $(seq %d %d); do echo "
					   "link add w$i group 77 type veth "
					   "peer x$i; "
					   "echo link set w$i master brw up; "
					   "echo link set x$i up; "
					   "done | ip -batch -",
					   from + 1, steps[s]);
		from = steps[s];
		(void)snprintf(title, sizeof(title), "bridge, %d ports",
			       steps[s]);
		measure_growth(bench, &growth, title);
	}
	/* At once: one by one each waits for a grace period of the kernel. */
	for (int v = 0; v < bench->count; v++)
		if (!bench->variants[v].floor)
			node_shell(bench->variants[v].netns,
				   "ip link delete brw; "
				   "ip link delete group 77 || true");
}

void cases_growth(struct bench *bench)
{
	growth_leases(bench);
	growth_ports(bench);
	growth_bridge(bench);
}
