/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - the table and the plot of a benchmark run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_ROWS 128

struct row {
	char title[64];
	double median[NODE_MAX_VARIANTS];
	double ratio_of_minima;
	int failed;
};

static struct row rows[MAX_ROWS];
static int row_count;

void samples_add(struct samples *samples, const struct cost *cost)
{
	if (samples->count == BENCH_MAX_SAMPLES)
		return;
	samples->wall_ms[samples->count] = cost->wall_ms;
	samples->cpu_ms[samples->count] = cost->cpu_ms;
	samples->faults[samples->count] = (double)cost->faults;
	samples->count++;
	samples->failed += cost->status != 0;
}

static int compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

double samples_median(const double *values, int count)
{
	double sorted[BENCH_MAX_SAMPLES];

	if (count == 0)
		return 0;
	memcpy(sorted, values, (size_t)count * sizeof(*values));
	qsort(sorted, (size_t)count, sizeof(*sorted), compare);
	return sorted[count / 2];
}

double samples_min(const double *values, int count)
{
	double min = count ? values[0] : 0;

	for (int i = 1; i < count; i++)
		min = values[i] < min ? values[i] : min;
	return min;
}

static void print_head(const struct bench *bench)
{
	printf("%-36s %-10s %9s %9s %9s %8s %8s %8s %6s %7s\n", "operation",
	       "variant", "wall med", "wall min", "cpu med", "faults", "rss kB",
	       "syscalls", "procs", "ratio");
	(void)bench;
}

void report_row(const struct bench *bench, const char *title,
		const struct samples *samples)
{
	struct row *row = row_count < MAX_ROWS ? &rows[row_count++] : NULL;
	const struct samples *base = &samples[bench->reference];
	double reference = samples_median(base->wall_ms, base->count);

	if (!row)
		die("too many rows");
	if (row_count == 1)
		print_head(bench);
	(void)snprintf(row->title, sizeof(row->title), "%s", title);
	for (int v = 0; v < bench->count; v++) {
		const struct samples *s = &samples[v];
		double median = samples_median(s->wall_ms, s->count);

		row->median[v] = median;
		if (!s->count)
			continue;
		printf("%-36s %-10s %9.3f %9.3f %9.3f %8.0f %8ld %8ld %6ld ",
		       v ? "" : title, bench->variants[v].name, median,
		       samples_min(s->wall_ms, s->count),
		       samples_median(s->cpu_ms, s->count),
		       samples_median(s->faults, s->count), s->trace.rss_kb,
		       s->trace.syscalls, s->trace.processes);
		printf(reference > 0 ? "%6.1fx" : "      -",
		       median > 0 ? reference / median : 0);
		printf(s->failed ? "  %d FAILED\n" : "\n", s->failed);
	}
	row->failed = samples[0].failed;
	if (samples[0].count && base->count)
		row->ratio_of_minima =
			samples_min(base->wall_ms, base->count) /
			samples_min(samples[0].wall_ms, samples[0].count);
	(void)fflush(stdout);
}

void report_progress(const char *title)
{
	static double begin;

	if (begin == 0)
		begin = measure_now_ms();
	(void)fprintf(stderr, "bench: %4.0f s  %s\n",
		      (measure_now_ms() - begin) / 1e3, title);
}

/*
 * A third of what is reached, or less, and of the fastest calls: only a real
 * loss of speed, or another process on every single call, gets below.
 */
static const struct {
	const char *title;
	double at_least;
} demands[] = {
	{ "VERSION", 3 },
	{ "host-local, empty ADD", 2 },
	{ "host-local, empty DEL", 2 },
	{ "bridge v4 ADD", 2 },
	{ "bridge v4 DEL", 2.5 },
	{ "bridge dual stack ADD", 2 },
	{ "bridge v4 masquerade nft ADD", 4 },
	{ "portmap nft, 1 port ADD", 10 },
	{ "portmap nft, 10 ports ADD", 10 },
	{ "chain nft, 1 port ADD", 6 },
	{ "chain nft, 1 port DEL", 3 },
};

static bool meets(const char *title, double at_least)
{
	for (int i = 0; i < row_count; i++) {
		if (strcmp(rows[i].title, title) != 0)
			continue;
		if (rows[i].failed)
			printf("CHECK: %s: %d calls failed\n", title,
			       rows[i].failed);
		if (rows[i].ratio_of_minima < at_least)
			printf("CHECK: %s: %.1f times as fast as the "
			       "reference, %.1f demanded\n",
			       title, rows[i].ratio_of_minima, at_least);
		return !rows[i].failed && rows[i].ratio_of_minima >= at_least;
	}
	printf("CHECK: %s was not measured\n", title);
	return false;
}

bool report_check(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++)
		good = meets(demands[i].title, demands[i].at_least) && good;
	return good;
}

/* Logarithm of base 10 without libm: good to a pixel is enough here. */
static double log10_of(double value)
{
	double result = 0;

	while (value >= 10) {
		value /= 10;
		result += 1;
	}
	while (value < 1) {
		value *= 10;
		result -= 1;
	}
	for (double step = 0.5; step > 0.001; step /= 2) {
		value *= value;
		if (value >= 10) {
			value /= 10;
			result += step;
		}
	}
	return result;
}

/* x of a time on a logarithmic axis from 0.1 ms to 10 s. */
static double x_of(double ms)
{
	if (ms < 0.1)
		ms = 0.1;
	return 300 + (log10_of(ms) + 1) * 110;
}

static void plot_axis(FILE *svg, int bottom)
{
	static const char *const labels[] = { "0.1 ms", "1 ms", "10 ms",
					      "100 ms", "1 s",	"10 s" };

	for (int i = 0; i < 6; i++)
		(void)fprintf(svg,
			      "<line x1='%d' y1='40' x2='%d' y2='%d' "
			      "stroke='#ddd'/><text x='%d' y='34' "
			      "text-anchor='middle'>%s</text>\n",
			      300 + i * 110, 300 + i * 110, bottom,
			      300 + i * 110, labels[i]);
}

void report_plot(const struct bench *bench, const char *path)
{
	static const char *const colours[] = { "#0a7d32", "#d98e04", "#b3261e",
					       "#888888", "#5b4bb5" };
	int height = 60 + row_count * (bench->count * 8 + 10);
	FILE *svg = fopen(path, "we");
	int y = 48;

	if (!svg)
		die("open %s", path);
	(void)fprintf(svg,
		      "<svg xmlns='http://www.w3.org/2000/svg' width='900' "
		      "height='%d' font-family='sans-serif' font-size='11'>\n"
		      "<rect width='900' height='%d' fill='white'/>\n",
		      height, height);
	plot_axis(svg, height - 10);
	for (int v = 0; v < bench->count; v++)
		(void)fprintf(svg,
			      "<rect x='%d' y='8' width='10' height='10' "
			      "fill='%s'/><text x='%d' y='17'>%s</text>\n",
			      300 + v * 120, colours[v % 5], 314 + v * 120,
			      bench->variants[v].name);
	for (int r = 0; r < row_count; r++, y += 10) {
		(void)fprintf(svg,
			      "<text x='290' y='%d' text-anchor='end'>%s"
			      "</text>\n",
			      y + bench->count * 4 + 3, rows[r].title);
		for (int v = 0; v < bench->count; v++, y += 8)
			if (rows[r].median[v] > 0)
				(void)fprintf(
					svg,
					"<rect x='300' y='%d' width='%.1f'"
					" height='7' fill='%s'/>\n",
					y, x_of(rows[r].median[v]) - 300,
					colours[v % 5]);
	}
	(void)fputs("</svg>\n", svg);
	(void)fclose(svg);
}
