/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - the host-local plugin's part of a network configuration
 *
 * DOC: Theory of Operation
 *
 * host-local is run by another plugin, with that plugin's whole configuration;
 * it reads `ipam`, `args`, `runtimeConfig` and CNI_ARGS.  docs/host-local.md
 * describes the keys for users.  ADD, CHECK, STATUS and --check-config decode
 * strictly: the first fault is an error.  DEL and GC need only to find the
 * leases: a configuration that became invalid must not keep an address in use.
 */
#ifndef HOST_LOCAL_CONF_H
#define HOST_LOCAL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/ip.h"
#include "cni/result.h"
#include "cni/skel.h"

#include "allocator.h"
#include "range.h"

/* Where the networks' directories are made.
 * Source: host-local backend/disk/backend.go, defaultDataDir. */
#define HL_DEFAULT_DATA_DIR "/var/lib/cni/networks"

/* Seconds to wait for the lock of a network. */
#define HL_DEFAULT_LOCK_TIMEOUT 30
#define HL_MAX_LOCK_TIMEOUT	3600

/* A year: longer than any node is kept. */
#define HL_MAX_COOLDOWN (366 * 24 * 3600)

/**
 * struct hl_prefixes - an owned list of prefixes
 */
struct hl_prefixes {
	struct cni_prefix *items;
	size_t count;
};

/**
 * struct hl_addrs - an owned list of addresses
 */
struct hl_addrs {
	struct cni_addr *items;
	size_t count;
};

/**
 * struct hl_routes - an owned list of routes
 */
struct hl_routes {
	struct cni_route *items;
	size_t count;
};

/**
 * struct hl_ipam - the `ipam` object as decoded
 * @legacy: the range of subnet, rangeStart, rangeEnd, gateway
 * @ranges: range sets
 * @routes: handed on to the result
 * @data_dir: NULL when unset
 * @resolv_conf: NULL when unset
 * @exclude: without host bits
 * @cooldown: seconds; 0 is off
 * @lock_timeout: seconds
 * @sticky: stickyAddresses
 */
struct hl_ipam {
	struct hl_range legacy;
	struct hl_range_sets ranges;
	struct hl_routes routes;
	char *data_dir;
	char *resolv_conf;
	struct hl_prefixes exclude;
	int64_t cooldown;
	int64_t lock_timeout;
	bool sticky;
};

/**
 * struct hl_conf - the decoded configuration
 * @ipam: the `ipam` object
 * @sets: all range sets, canonicalised, in their final order
 * @requested: requested addresses, each once
 */
struct hl_conf {
	struct hl_ipam ipam;
	struct hl_range_sets sets;
	struct hl_addrs requested;
};

/**
 * hl_conf_decode() - decode and validate
 * @call: the invocation
 * @ret_conf: free with hl_conf_done(), also after a failure
 * @reterr: code 7
 *
 * Source: host-local backend/allocator/config.go, LoadIPAMConfig(), for the
 * order of the range sets, of the requests and of the checks.
 *
 * Return: 0; -EINVAL; -EPROTONOSUPPORT for more range sets than the version can
 * have; -ENOMEM.
 */
int hl_conf_decode(const struct cni_call *call, struct hl_conf *ret_conf,
		   struct cni_error *reterr);

/**
 * hl_conf_decode_lenient() - find out where the leases are
 * @call: the invocation
 * @ret_conf: only @ipam.data_dir, @ipam.cooldown and @ipam.lock_timeout; what
 *	cannot be read has its default. Free with hl_conf_done().
 */
void hl_conf_decode_lenient(const struct cni_call *call,
			    struct hl_conf *ret_conf);

/** hl_conf_done() - free what it owns; it is empty afterwards */
void hl_conf_done(struct hl_conf *conf);

CNI_DEFINE_CLEANUP(hl_conf, struct hl_conf, hl_conf_done);

/** hl_conf_pool() - what addresses are taken from; borrows from @conf */
struct hl_pool hl_conf_pool(const struct hl_conf *conf);

/** hl_conf_data_dir() - the configured or the default directory */
const char *hl_conf_data_dir(const struct hl_conf *conf);

/**
 * hl_check_config() - --check-config: strict, and no unknown keys in `ipam`
 * @call: the invocation
 * @reterr: code 7
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int hl_check_config(const struct cni_call *call, struct cni_error *reterr);

#endif /* HOST_LOCAL_CONF_H */
