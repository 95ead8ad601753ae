/* SPDX-License-Identifier: Apache-2.0 */
/* e2e.h - a node for one test: a host's namespace, pods, and the executables
 */
#ifndef TEST_E2E_H
#define TEST_E2E_H

#include <json-c/json.h>

#include "netns_env.h"
#include "node.h"

#define E2E_PODS     4
#define E2E_CONF_MAX 4096

/**
 * struct e2e - what e2e_setup() leaves in *state
 * @host: the host's namespace, which the process is in; forwarding is off
 * @pods: descriptors of the pods' namespaces, /run/netns/p0 ...
 * @pod_paths: paths to them, for CNI_NETNS
 * @dir: temporary directory: leases in `leases`, and the scripted IPAM plugin
 * @cni_path: CNI_PATH: @dir, then the directory of the built plugins
 */
struct e2e {
	int host;
	int pods[E2E_PODS];
	char pod_paths[E2E_PODS][64];
	char *dir;
	char cni_path[512];
};

/**
 * struct e2e_answer - how a plugin ended
 * @status: exit status
 * @json: the document on stdout, or NULL when it was empty
 * @err: stderr
 */
struct e2e_answer {
	int status;
	json_object *json;
	char *err;
};

/* cmocka fixtures; main() calls node_require() before */
int e2e_setup(void **state);
int e2e_teardown(void **state);

/*
 * e2e_call() - run a plugin of the build
 * @plugin: its name
 * @command: CNI_COMMAND
 * @id: CNI_CONTAINERID
 * @netns: CNI_NETNS
 * @conf: stdin
 * @ret_answer: free with e2e_answer_done(); stdout has one document or none
 *
 * CNI_IFNAME is eth0, or what follows a '/' in @id ("c1/net1").
 */
void e2e_call(struct e2e *e2e, const char *plugin, const char *command,
	      const char *id, const char *netns, const char *conf,
	      struct e2e_answer *ret_answer);

void e2e_answer_done(struct e2e_answer *answer);

/* e2e_add() - ADD of bridge for a pod that must succeed; its result, owned */
json_object *e2e_add(struct e2e *e2e, const char *id, int pod,
		     const char *conf);

/* e2e_del() - DEL of bridge for a pod that must succeed, silently */
void e2e_del(struct e2e *e2e, const char *id, int pod, const char *conf);

/*
 * e2e_fail() - run a verb of bridge that must fail
 * @code: the error's code
 * @text: part of its message
 */
void e2e_fail(struct e2e *e2e, const char *command, const char *id,
	      const char *netns, const char *conf, int code, const char *text);

/*
 * e2e_script_ipam() - the answer of the IPAM plugin "scripted"
 * @answer: what it prints on ADD; an error object makes it fail
 *
 * It writes each verb it is called with as a line to the file ipam.log.
 */
void e2e_script_ipam(struct e2e *e2e, const char *answer);

/* e2e_ipam_log() - the verbs so far, "ADD\nDEL\n"; allocated */
char *e2e_ipam_log(struct e2e *e2e);

/* e2e_leases() - number of addresses host-local has given out for @network */
int e2e_leases(struct e2e *e2e, const char *network);

/* e2e_veths() - number of veth ends on the host */
int e2e_veths(struct e2e *e2e);

/* e2e_ping() - does @target answer from a namespace within a second? */
int e2e_ping(int netns, const char *target);

/*
 * e2e_ping_at_once() - does @target answer the very first packet, in 50 ms?
 *
 * The round trip counts, not the time processes take.
 */
int e2e_ping_at_once(int netns, const char *target);

/*
 * e2e_conf() - a bridge configuration of network "net" on bridge "cni0"
 * @ret_conf: the text
 * @version: cniVersion
 * @keys: more keys, each beginning with a comma; may be ""
 * @subnets: for host-local, e.g. "10.1.0.0/24 fd00:1::/64"; NULL for layer 2
 */
const char *e2e_conf(struct e2e *e2e, char ret_conf[E2E_CONF_MAX],
		     const char *version, const char *keys,
		     const char *subnets);

/*
 * e2e_add_for_check() - ADD of "c1" in pod 0; the configuration for its CHECK
 * @keys: more keys, as for e2e_conf()
 * @subnets: as for e2e_conf()
 * @ret_conf: the configuration with the result as prevResult
 *
 * Returns the result, owned.  CHECK passes.
 */
json_object *e2e_add_for_check(struct e2e *e2e, const char *keys,
			       const char *subnets,
			       char ret_conf[E2E_CONF_MAX]);

/* e2e_with_result() - the configuration @plain with @result as prevResult */
void e2e_with_result(char ret_conf[E2E_CONF_MAX], const char *plain,
		     json_object *result);

/* e2e_check() - CHECK of "c1" in pod 0 that must pass */
void e2e_check(struct e2e *e2e, const char *conf);

#endif /* TEST_E2E_H */
