/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args.h - what the runtime passes in the environment
 *
 * Source: CNI SPEC 1.1.0 section 2 "Parameters"; order and texts of the
 * checks: containernetworking/cni pkg/skel/skel.go, getCmdArgsFromEnv().
 */
#ifndef CNI_ARGS_H
#define CNI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/error.h"

enum cni_command {
	CNI_COMMAND_NONE, /* unset or empty: run by hand */
	CNI_COMMAND_ADD,
	CNI_COMMAND_CHECK,
	CNI_COMMAND_DEL,
	CNI_COMMAND_GC,
	CNI_COMMAND_STATUS,
	CNI_COMMAND_VERSION,
	CNI_COMMAND_UNKNOWN,
};

/**
 * struct cni_args - the CNI_* variables
 * @command: which verb
 * @command_text: CNI_COMMAND as given; "" when unset
 * @container_id: CNI_CONTAINERID
 * @netns: CNI_NETNS, a path; may be "" for DEL
 * @ifname: CNI_IFNAME
 * @args: CNI_ARGS, unparsed
 * @path: CNI_PATH, directories separated by ':'
 * @netns_override: CNI_NETNS_OVERRIDE is "1" or "true" in any case
 *
 * Strings are borrowed from the environment and "" where unset, never NULL.
 */
struct cni_args {
	enum cni_command command;
	const char *command_text;
	const char *container_id;
	const char *netns;
	const char *ifname;
	const char *args;
	const char *path;
	bool netns_override;
};

/**
 * cni_args_from_env() - read and validate the environment
 * @ret_args: filled even on failure, as far as it goes
 * @reterr: code 4
 *
 * A variable that is present but invalid ends the check with its own error;
 * missing ones are collected: `required env variables [A,B] missing`.
 *
 * Return: 0; -EINVAL a variable is invalid; -ENOENT variables are missing.
 */
int cni_args_from_env(struct cni_args *ret_args, struct cni_error *reterr);

/**
 * cni_env() - a variable of the environment
 * @name: e.g. CNI_NETNS
 *
 * Cheaper than getenv() where a runtime passes its whole environment on.
 *
 * Return: its value, borrowed; "" when it is not set.
 */
const char *cni_env(const char *name);

/** cni_command_text() - "ADD", "DEL", ... for a known command */
const char *cni_command_text(enum cni_command command);

/**
 * cni_valid_id() - the rule for container ids and network names
 *
 * First character a letter or digit, then letters, digits, '_', '.', '-'.
 * Source: containernetworking/cni pkg/utils/utils.go.
 */
bool cni_valid_id(const char *text);

/**
 * cni_check_ifname() - the rule for interface names
 * @ifname: the name
 * @reterr: code 4 with the reason
 *
 * Source: containernetworking/cni pkg/utils/utils.go, ValidateInterfaceName().
 *
 * Return: 0 or -EINVAL.
 */
int cni_check_ifname(const char *ifname, struct cni_error *reterr);

/**
 * struct cni_arg - one key of CNI_ARGS that a plugin knows
 * @key: its name, case-sensitive
 * @ret_value: set to an allocated copy of the value when the key is present;
 *	the caller frees it
 */
struct cni_arg {
	const char *key;
	char **ret_value;
};

/**
 * cni_args_parse() - parse CNI_ARGS ("K=V;K=V")
 * @text: the variable's value; "" has no keys
 * @known: the keys the plugin reads; IgnoreUnknown is handled here
 * @count: how many
 * @reterr: code 7, in the words of the Go plugins ("ARGS: ...")
 *
 * More tolerant than the Go plugins: a trailing ';' is accepted and a value
 * may contain '='.
 *
 * Return: 0; -EINVAL a pair has no '=', IgnoreUnknown is no boolean, or an
 * unknown key without IgnoreUnknown; -ENOMEM.
 */
int cni_args_parse(const char *text, const struct cni_arg *known, size_t count,
		   struct cni_error *reterr);

#endif /* CNI_ARGS_H */
