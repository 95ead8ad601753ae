/* SPDX-License-Identifier: Apache-2.0 */
/* netns_env.h - a private "host" and a "pod" network namespace per test */
#ifndef TEST_NETNS_ENV_H
#define TEST_NETNS_ENV_H

#include <json-c/json.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/netlink.h"

/**
 * struct netns_env - what netns_env_setup() leaves in *state
 * @host: descriptor of the host's namespace, which the process is in
 * @pod: descriptor of the pod's namespace
 * @pod_path: a path to it, also for children, while the process lives
 * @nl: NETLINK_ROUTE socket in the host's namespace
 * @pod_nl: NETLINK_ROUTE socket in the pod's namespace
 */
struct netns_env {
	int host;
	int pod;
	char pod_path[64];
	struct cni_nl nl;
	struct cni_nl pod_nl;
};

/* netns_env_need_root() - exit 77 with a reason when namespaces are not ours */
void netns_env_need_root(void);

/* cmocka fixtures: both namespaces fresh for the test, loopback down */
int netns_env_setup(void **state);
int netns_env_teardown(void **state);

/* netns_wire() - veth0 (up) - eth0 in the pod (down); returns eth0's index */
uint32_t netns_wire(struct netns_env *env);

/* test_prefix(), test_addr() - parsed; the test fails when that fails */
struct cni_prefix test_prefix(const char *text);
struct cni_addr test_addr(const char *text);

/* netns_sh() - run a shell command in a namespace; the test fails if it does */
void netns_sh(int netns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* netns_sh_status() - run it; exit status, whatever it is */
int netns_sh_status(int netns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* netns_json() - run a command that prints JSON (ip -j, bridge -j); owned */
json_object *netns_json(int netns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* json_text(), json_number() - value at a JSON pointer; "" and 0 when absent */
const char *json_text(json_object *object, const char *pointer);
int64_t json_number(json_object *object, const char *pointer);

/* json_has() - is there anything at the pointer? */
int json_has(json_object *object, const char *pointer);

#endif /* TEST_NETNS_ENV_H */
