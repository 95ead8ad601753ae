/* SPDX-License-Identifier: Apache-2.0 */
/* skel_internal.h - what the files of skel share */
#ifndef SKEL_INTERNAL_H
#define SKEL_INTERNAL_H

#include "cni/skel.h"

/* more than any runtime sends; see cni/json.h */
#define CNI_SKEL_MAX_INPUT CNI_JSON_MAX_BYTES

/**
 * cni_skel_print_error() - the error object on stdout
 * @err: the error
 *
 * Needs no memory in the worst case: then a fixed text is printed.
 */
void cni_skel_print_error(const struct cni_error *err);

/**
 * cni_skel_print_result() - the result of ADD on stdout
 * @result: the result
 * @version: the shape it is printed in
 * @reterr: why it could not be converted or written
 *
 * Nothing is written unless the whole text could be made.
 *
 * Return: 0 or a negative errno.
 */
int cni_skel_print_result(const struct cni_result *result,
			  enum cni_version version, struct cni_error *reterr);

/** cni_skel_print_version() - answer VERSION; Return: the exit status */
int cni_skel_print_version(void);

/**
 * cni_skel_conf() - find name and cniVersion of a configuration
 * @call: call->conf is read; the name and version members are set
 * @reterr: in the words of the Go plugins, code 6 or 7
 *
 * Return: 0 or -EINVAL.
 */
int cni_skel_conf(struct cni_call *call, struct cni_error *reterr);

/**
 * cni_skel_by_hand() - run without CNI_COMMAND, by a person
 * @plugin: the plugin
 * @argc: of main()
 * @argv: of main()
 *
 * Return: the exit status.
 */
int cni_skel_by_hand(const struct cni_plugin *plugin, int argc, char **argv);

/**
 * cni_skel_check_config() - --check-config FILE
 * @plugin: the plugin
 * @path: the file; "-" is stdin
 *
 * Return: the exit status: 0 valid, 1 not.
 */
int cni_skel_check_config(const struct cni_plugin *plugin, const char *path);

#endif /* SKEL_INTERNAL_H */
