/* SPDX-License-Identifier: Apache-2.0 */
/* bench.c - our plugins, the Go plugins and the floor program side by side */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static const char usage[] =
	"usage: bench [--quick] [--iterations N] [--plot FILE] [--dir DIR]\n"
	"             [--check] [--instructions]\n"
	"             [--only single|growth|parallel|datapath|node|size]\n"
	"             NAME=DIR [NAME=DIR...]\n"
	"\n"
	"Runs the plugins found in each DIR in turn, A B C A B C, in private\n"
	"network namespaces, and prints medians, minima and the ratio to the\n"
	"last DIR.  A DIR that holds the program `floor` is the floor.  The\n"
	"first one is the suite under test.  Data goes to a new directory\n"
	"below --dir (default /var/tmp).  With --check the exit status is 1\n"
	"when ours is not clearly faster; --instructions counts user\n"
	"instructions with valgrind.\n";

static void add_variant(struct bench *bench, const char *argument)
{
	const char *equals = strchr(argument, '=');
	struct variant *variant = &bench->variants[bench->count];
	char probe[NODE_PATH + 16];
	char *bin;

	if (!equals || bench->count == NODE_MAX_VARIANTS)
		die("not NAME=DIR: %s", argument);
	(void)snprintf(variant->name, sizeof(variant->name), "%.*s",
		       (int)(equals - argument), argument);
	bin = realpath(equals + 1, NULL);
	if (!bin || strlen(bin) >= sizeof(variant->bin))
		die("%s", equals + 1);
	memcpy(variant->bin, bin, strlen(bin) + 1);
	free(bin);
	(void)snprintf(probe, sizeof(probe), "%s/floor", variant->bin);
	variant->floor = access(probe, X_OK) == 0;
	if (!variant->floor)
		bench->reference = bench->count;
	bench->count++;
}

static void prepare_floor(struct variant *variant)
{
	struct plugin_call call = { .plugin = "floor",
				    .verb = "ADD",
				    .netns = -1,
				    .floor = "prepare" };

	if (variant->floor && call_measure(variant, &call).status)
		die("the floor program cannot prepare its node");
}

static void run_cases(struct bench *bench, const char *only)
{
	static const struct {
		const char *name;
		void (*run)(struct bench *bench);
	} cases[] = {
		{ "single", cases_single },	{ "growth", cases_growth },
		{ "parallel", cases_parallel }, { "datapath", cases_datapath },
		{ "node", cases_node },		{ "size", cases_size },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (only && strcmp(only, cases[i].name) != 0)
			continue;
		cases[i].run(bench);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "iterations", required_argument, NULL, 'n' },
		{ "plot", required_argument, NULL, 'p' },
		{ "dir", required_argument, NULL, 'd' },
		{ "only", required_argument, NULL, 'o' },
		{ "check", no_argument, NULL, 'c' },
		{ "instructions", no_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	static struct bench bench = { .iterations = 30 };
	const char *parent = "/var/tmp";
	const char *plot = NULL;
	const char *only = NULL;
	char top[NODE_PATH];
	char command[NODE_PATH + 16];
	bool check = false;
	bool good;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'q') {
			bench.quick = true;
			bench.iterations = 12;
		} else if (option == 'n')
			bench.iterations = atoi(optarg);
		else if (option == 'p')
			plot = optarg;
		else if (option == 'd')
			parent = optarg;
		else if (option == 'o')
			only = optarg;
		else if (option == 'c')
			check = true;
		else if (option == 'i')
			bench.instructions = true;
		else
			return fputs(usage, stderr), 2;
	}
	if (optind == argc || bench.iterations < 1 ||
	    bench.iterations >= BENCH_MAX_SAMPLES)
		return fputs(usage, stderr), 2;
	while (optind < argc)
		add_variant(&bench, argv[optind++]);
	(void)snprintf(top, sizeof(top), "%s/cni-bench-XXXXXX", parent);
	if (!mkdtemp(top))
		die("mkdtemp %s", top);
	for (int v = 0; v < bench.count; v++) {
		node_setup(&bench.variants[v], top);
		prepare_floor(&bench.variants[v]);
	}
	run_cases(&bench, only);
	if (plot)
		report_plot(&bench, plot);
	for (int v = 0; v < bench.count; v++)
		node_done(&bench.variants[v]);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", top);
	good = !check || report_check();
	return system(command) || !good ? 1 : 0;
}
