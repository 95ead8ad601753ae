/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - the portmap plugin's network configuration
 *
 * DOC: Theory of Operation
 *
 * Every key is one row of a table (conf.c); docs/portmap.md describes them for
 * users.  All values are parsed to binary here, before anything is looked at or
 * changed.  DEL and GC need none of it.
 */
#ifndef PORTMAP_CONF_H
#define PORTMAP_CONF_H

#include <stdbool.h>

#include "cni/iptables.h"
#include "cni/result.h"
#include "cni/skel.h"

#include "mapping.h"

/**
 * enum portmap_backend - who does the translation
 */
enum portmap_backend {
	PORTMAP_BACKEND_NFTABLES,
	PORTMAP_BACKEND_IPTABLES,
};

/**
 * struct portmap_conf - the decoded configuration
 * @backend: the configured one, or the one its options ask for, or nftables
 * @backend_is_set: the configuration or its options decided @backend
 * @snat: see docs/portmap.md
 * @masq_all: likewise
 * @mark_masq_bit: 0..31
 * @mark_chain: externalSetMarkChain; NULL when absent
 * @conditions_v4: match tokens, in iptables' or nft's words by @backend
 * @conditions_v6: likewise
 * @replace: onConflict is "replace"
 * @restoring: no key: the attachment was published before, see localnet.h
 * @mappings: runtimeConfig.portMappings
 */
struct portmap_conf {
	enum portmap_backend backend;
	bool backend_is_set;
	bool snat;
	bool masq_all;
	int64_t mark_masq_bit;
	char *mark_chain;
	struct cni_string_list conditions_v4;
	struct cni_string_list conditions_v6;
	bool replace;
	bool restoring;
	struct portmap_mapping_list mappings;
	/* as decoded */
	char *backend_text;
	char *conflict_text;
};

/** portmap_conf_done() - free what it owns; it is empty afterwards */
void portmap_conf_done(struct portmap_conf *conf);

CNI_DEFINE_CLEANUP(portmap_conf, struct portmap_conf, portmap_conf_done);

/**
 * portmap_conf_decode() - read and validate the configuration
 * @json: the configuration
 * @ret_conf: filled; free with portmap_conf_done(), also after a failure
 * @reterr: code 7; texts as the Go plugin's where it has them
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int portmap_conf_decode(json_object *json, struct portmap_conf *ret_conf,
			struct cni_error *reterr);

/** portmap_conf_conditions() - the tokens of a family, maybe none */
const struct cni_string_list *
portmap_conf_conditions(const struct portmap_conf *conf, int family);

/** portmap_check_config() - the verb of --check-config */
int portmap_check_config(const struct cni_call *call, struct cni_error *reterr);

#endif /* PORTMAP_CONF_H */
