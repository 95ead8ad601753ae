/* SPDX-License-Identifier: Apache-2.0 */
/* cases_size.c - bytes of the executables, instructions of the calls */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "config.h"

static const char *const plugins[] = { "bridge", "host-local", "portmap" };
#define PLUGINS (sizeof(plugins) / sizeof(plugins[0]))

static void print_row(const struct bench *bench, const char *title,
		      const double *values, const char *unit)
{
	for (int v = 0; v < bench->count; v++)
		if (values[v] > 0)
			printf("%-36s %-10s %14.0f %s  %6.1fx\n",
			       v ? "" : title, bench->variants[v].name,
			       values[v], unit,
			       values[bench->reference] / values[v]);
	(void)fflush(stdout);
}

static void measure_sizes(const struct bench *bench)
{
	double bytes[NODE_MAX_VARIANTS] = { 0 };
	char path[NODE_PATH + 32];
	struct stat st;

	for (int v = 0; v < bench->count; v++)
		for (size_t p = 0; p < PLUGINS; p++) {
			(void)snprintf(path, sizeof(path), "%s/%s",
				       bench->variants[v].bin, plugins[p]);
			if (stat(path, &st) == 0)
				bytes[v] += (double)st.st_size;
		}
	print_row(bench, "three executables", bytes, "bytes");
}

/*
 * A directory where bridge is a program that runs it, and what it starts, under
 * valgrind; the other plugins are as they are, so that bridge knows them.
 */
static struct variant wrap(const struct variant *variant)
{
	struct variant wrapped = *variant;
	char path[NODE_PATH + 32];
	char real[NODE_PATH + 32];
	FILE *script;

	(void)snprintf(path, sizeof(path), "%s/wrapped", variant->dir);
	if (mkdir(path, 0700) || strlen(path) >= sizeof(wrapped.bin))
		die("mkdir %s", path);
	memcpy(wrapped.bin, path, strlen(path) + 1);
	for (size_t p = 0; p < PLUGINS; p++) {
		(void)snprintf(path, sizeof(path), "%s/%s", wrapped.bin,
			       plugins[p]);
		(void)snprintf(real, sizeof(real), "%s/%s", variant->bin,
			       plugins[p]);
		if (strcmp(plugins[p], "bridge") != 0) {
			if (symlink(real, path))
				die("symlink %s", path);
			continue;
		}
		script = fopen(path, "we");
		if (!script)
			die("open %s", path);
		(void)fprintf(script,
			      "#!/bin/sh\nexec valgrind --tool=lackey "
			      "--trace-children=yes "
			      "--log-file='%s/log.%%p' '%s'\n",
			      wrapped.bin, real);
		(void)fclose(script);
		if (chmod(path, 0700))
			die("chmod %s", path);
	}
	return wrapped;
}

/* "1,234,567" */
static double parse_grouped(const char *text)
{
	double value = 0;

	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			value = value * 10 + (*text - '0');
	return value;
}

/* Lackey's `guest instrs:` of all processes since the last call. */
static double take_instructions(const struct variant *wrapped)
{
	char pattern[NODE_PATH + 16];
	char line[256];
	double sum = 0;
	glob_t logs;

	(void)snprintf(pattern, sizeof(pattern), "%s/log.*", wrapped->bin);
	if (glob(pattern, 0, NULL, &logs))
		return 0;
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		FILE *log = fopen(logs.gl_pathv[i], "re");
		const char *found;

		while (log && fgets(line, sizeof(line), log)) {
			found = strstr(line, "guest instrs:");
			/* The total comes before the share of each kind. */
			if (found)
				sum += parse_grouped(found + 13);
		}
		if (log)
			(void)fclose(log);
		(void)unlink(logs.gl_pathv[i]);
	}
	globfree(&logs);
	return sum;
}

static void measure_instructions(const struct bench *bench)
{
	static const char *const verbs[] = { "ADD", "ADD", "DEL" };
	static char json[BENCH_JSON];
	double count[3][NODE_MAX_VARIANTS] = { { 0 } };

	for (int v = 0; v < bench->count; v++) {
		struct variant wrapped;
		struct plugin_call call = { .plugin = "bridge",
					    .config = json };

		if (bench->variants[v].floor)
			continue;
		wrapped = wrap(&bench->variants[v]);
		config_first(json, &wrapped, "count", "bridge",
			     "\"bridge\":\"brn\",\"isGateway\":true,", false);
		/* The first ADD makes the bridge and is not counted. */
		for (int i = 0; i < 3; i++) {
			if (i < 2)
				call.netns = node_new_netns();
			call.verb = verbs[i];
			call.id = 900 + (i > 0);
			if (call_measure(&wrapped, &call).status)
				die("%s under valgrind failed", wrapped.name);
			count[i][v] = take_instructions(&wrapped);
		}
	}
	print_row(bench, "bridge ADD with IPAM", count[1], "user instructions");
	print_row(bench, "bridge DEL with IPAM", count[2], "user instructions");
}

void cases_size(struct bench *bench)
{
	measure_sizes(bench);
	if (!bench->instructions)
		return;
	if (system("command -v valgrind > /dev/null"))
		(void)fputs("bench: instructions not counted: no valgrind\n",
			    stderr);
	else
		measure_instructions(bench);
}
