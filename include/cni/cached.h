/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cached.h - what a runtime keeps of an attachment that it has added
 *
 * DOC: Theory of Operation
 *
 * libcni, the runtimes' side of CNI, writes a file for each attachment,
 * <cache>/results/<network>-<container id>-<ifname>: an object of the kind
 * "cniCacheV1" with the configuration it used (base64; a list of plugins, or a
 * single one), the arguments and the result.  The file is written when ADD has
 * succeeded and removed when DEL has.  From it a plugin's input can be made
 * again, with the list's result as prevResult, as CHECK and DEL get it.
 *
 * Older versions wrote nothing but the result; from such a file nothing can be
 * made again.
 *
 * Source: containernetworking/cni libcni/api.go (cachedInfo, cacheAdd,
 * buildOneConfig, injectRuntimeConfig).
 */
#ifndef CNI_CACHED_H
#define CNI_CACHED_H

#include "cni/json.h"

/* Where runtimes keep the files, unless told otherwise. */
#define CNI_CACHED_DIR "/var/lib/cni/results"

/* Most bytes of a file: the configuration is in it once, and a third longer. */
#define CNI_CACHED_MAX_BYTES CNI_JSON_MAX_BYTES

/**
 * struct cni_cached - one attachment; zero-initialise before use
 * @root: the file; owned
 * @config: the decoded configuration; owned
 * @cni_args: CNI_ARGS as libcni makes it of its pairs; owned
 * @network: valid by cni_valid_id(); borrowed, as everything below
 * @container_id: likewise
 * @ifname: valid by cni_check_ifname()
 * @netns: the network namespace's path; "" when the file does not say
 * @capability_args: an object, or NULL
 * @result: the list's result, an object
 */
struct cni_cached {
	json_object *root;
	json_object *config;
	char *cni_args;
	const char *network;
	const char *container_id;
	const char *ifname;
	const char *netns;
	json_object *capability_args;
	json_object *result;
};

/** cni_cached_done() - free what it owns; it is empty afterwards */
void cni_cached_done(struct cni_cached *cached);

CNI_DEFINE_CLEANUP(cached, struct cni_cached, cni_cached_done);

/**
 * cni_cached_parse() - read a file
 * @text: its bytes
 * @len: how many
 * @ret_cached: free with cni_cached_done(), also after a failure
 * @reterr: code 6 or 7, naming what is wrong
 *
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM.
 */
int cni_cached_parse(const char *text, size_t len,
		     struct cni_cached *ret_cached, struct cni_error *reterr);

/**
 * cni_cached_conf() - a plugin's input, as the runtime would make it
 * @cached: the attachment
 * @type: the plugin's type; where a list has it twice, the last one counts
 * @ret_conf: with name, cniVersion, runtimeConfig and prevResult; owned by the
 *	caller; set when 1 is returned
 * @reterr: the reason
 *
 * Return: 1; 0 when the plugin has no part in this attachment; -ENOMEM.
 */
int cni_cached_conf(const struct cni_cached *cached, const char *type,
		    json_object **ret_conf, struct cni_error *reterr);

#endif /* CNI_CACHED_H */
