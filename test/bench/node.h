/* SPDX-License-Identifier: Apache-2.0 */
/* node.h - private network namespaces in which the benchmark's calls run */
#ifndef BENCH_NODE_H
#define BENCH_NODE_H

#include <stdbool.h>

#include "measure.h"

#define NODE_MAX_VARIANTS 8
#define NODE_PATH	  256

/*
 * struct variant - one implementation under measurement, with its node
 * @name: column title
 * @bin: directory of the plugins
 * @floor: the floor program stands in for the plugins
 * @netns: the node's network namespace
 * @lan: namespace of a host beyond the node's uplink (192.0.2.1 - 192.0.2.2)
 * @dir: its data directory, empty at start
 */
struct variant {
	char name[32];
	char bin[NODE_PATH];
	bool floor;
	int netns;
	int lan;
	char dir[NODE_PATH];
};

/* node_setup() - make the variant's namespaces and data directory below @top */
void node_setup(struct variant *variant, const char *top);

/* node_done() - drop the namespaces; what is in them goes away */
void node_done(struct variant *variant);

/* node_new_netns() - an empty namespace with lo up. Return: its descriptor */
int node_new_netns(void);

/* node_enter() / node_leave() - switch this process's network namespace */
void node_enter(int netns);
void node_leave(void);

/* node_shell() - run a shell command in a namespace; exits when it fails */
void node_shell(int netns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* node_netns_path() - a path other processes can open */
void node_netns_path(int netns, char path[static 64]);

#endif /* BENCH_NODE_H */
