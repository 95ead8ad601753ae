/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - cases, their samples and the report */
#ifndef BENCH_H
#define BENCH_H

#include "measure.h"
#include "node.h"

#define BENCH_MAX_SAMPLES 512
#define BENCH_JSON	  65536

/*
 * struct samples - the measurements of one operation of one variant
 * @count: how many; 0 means "not measured"
 * @wall_ms, @cpu_ms, @faults: one entry per call
 * @trace: of one extra call
 * @failed: calls that did not exit 0
 */
struct samples {
	int count;
	double wall_ms[BENCH_MAX_SAMPLES];
	double cpu_ms[BENCH_MAX_SAMPLES];
	double faults[BENCH_MAX_SAMPLES];
	struct trace trace;
	int failed;
};

/*
 * struct bench - one run
 * @variants: the implementations, the first is ours, the last Go one is the
 *	reference of the ratios
 * @iterations: calls per operation and variant
 * @quick: fewer cases and iterations
 * @instructions: count instructions, too
 */
struct bench {
	struct variant variants[NODE_MAX_VARIANTS];
	int count;
	int reference;
	int iterations;
	bool quick;
	bool instructions;
};

/*
 * struct plugin_call - one call of a plugin
 * @plugin: "bridge", ...
 * @verb: "ADD", ...
 * @netns: pod's namespace, or -1
 * @id: number of the container
 * @config: JSON
 * @floor: FLOOR_OP for the floor program, or NULL when it has no such call
 */
struct plugin_call {
	const char *plugin;
	const char *verb;
	int netns;
	int id;
	const char *config;
	const char *floor;
	char *output;
	size_t output_size;
};

/* call_measure() / call_trace() - make one call in the variant's node */
struct cost call_measure(struct variant *variant,
			 const struct plugin_call *call);
struct trace call_trace(struct variant *variant,
			const struct plugin_call *call);

/* call_start() - start a call without waiting. Return: the pid */
int call_start(struct variant *variant, const struct plugin_call *call);

/*
 * bench_fill_ports() - bring each node from @from to @count mappings, a hundred
 * for each container
 */
void bench_fill_ports(struct bench *bench, const char *options, int from,
		      int count);

/* samples_add() - record a cost */
void samples_add(struct samples *samples, const struct cost *cost);

/* samples_median() / samples_min() - of one of the arrays */
double samples_median(const double *values, int count);
double samples_min(const double *values, int count);

/* report_row() - print a row of the table and keep it for the plot */
void report_row(const struct bench *bench, const char *title,
		const struct samples *samples);

/* report_progress() - say on stderr what is being measured */
void report_progress(const char *title);

/* report_plot() - write the SVG plot of the rows so far */
void report_plot(const struct bench *bench, const char *path);

/*
 * report_check() - are we so much faster in the rows that matter that no noise
 * could be the reason if not?  Prints what is wrong.
 */
bool report_check(void);

/* The cases, in files of their own. */
void cases_single(struct bench *bench);
void cases_growth(struct bench *bench);
void cases_parallel(struct bench *bench);
void cases_datapath(struct bench *bench);
void cases_node(struct bench *bench);
void cases_size(struct bench *bench);

#endif /* BENCH_H */
