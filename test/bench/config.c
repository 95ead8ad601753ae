/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - the configurations that the benchmark's calls get on stdin */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "config.h"

void config_first(char *json, const struct variant *variant,
		  const char *network, const char *plugin, const char *options,
		  bool dual)
{
	(void)snprintf(json, BENCH_JSON,
		       "{\"cniVersion\":\"1.0.0\",\"name\":\"%s\","
		       "\"type\":\"%s\",%s\"ipam\":{\"type\":\"host-local\","
		       "\"dataDir\":\"%s\",\"ranges\":"
		       "[[{\"subnet\":\"10.88.0.0/16\"}]%s],"
		       "\"routes\":[{\"dst\":\"0.0.0.0/0\"}%s]}}",
		       network, plugin, options, variant->dir,
		       dual ? ",[{\"subnet\":\"fd00:88::/64\"}]" : "",
		       dual ? ",{\"dst\":\"::/0\"}" : "");
}

void config_ports(char *json, const char *options, const char *prev_result,
		  int first, int count)
{
	int used = snprintf(json, BENCH_JSON,
			    "{\"cniVersion\":\"1.0.0\",\"name\":\"bench\","
			    "\"type\":\"portmap\",%s\"prevResult\":%s,"
			    "\"runtimeConfig\":{\"portMappings\":[",
			    options, prev_result[0] ? prev_result : "null");

	for (int i = 0; i < count && used < BENCH_JSON - 128; i++)
		used += snprintf(json + used, 128,
				 "%s{\"hostPort\":%d,\"containerPort\":%d,"
				 "\"protocol\":\"tcp\"}",
				 i ? "," : "", first + i, 80 + i);
	if (used > BENCH_JSON - 8)
		die("configuration too long");
	(void)strcpy(json + used, "]}}");
}
