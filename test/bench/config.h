/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - the configurations that the benchmark's calls get on stdin */
#ifndef BENCH_CONFIG_H
#define BENCH_CONFIG_H

#include "node.h"

/*
 * config_first() - of the first plugin of a chain
 * @json: BENCH_JSON bytes
 * @network: its name
 * @plugin: its type
 * @options: members of its own, each followed by a comma
 * @dual: addresses of both families
 */
void config_first(char *json, const struct variant *variant,
		  const char *network, const char *plugin, const char *options,
		  bool dual);

/*
 * config_ports() - of a portmap call
 * @json: BENCH_JSON bytes
 * @options: members of its own, each followed by a comma
 * @prev_result: the first plugin's answer; "" for none
 * @first: first host port
 * @count: how many
 */
void config_ports(char *json, const char *options, const char *prev_result,
		  int first, int count);

#endif /* BENCH_CONFIG_H */
