/* SPDX-License-Identifier: Apache-2.0 */
/* resolv_conf.h - the file whose DNS settings go into the result */
#ifndef HOST_LOCAL_RESOLV_CONF_H
#define HOST_LOCAL_RESOLV_CONF_H

#include <stddef.h>

#include "cni/result.h"

/**
 * hl_resolv_conf_parse() - read the lines of a resolv.conf
 * @text: its content, NUL-terminated; changed
 * @ret_dns: what was found is added; empty before. On failure partly filled.
 * @reterr: code 7 for a line of 64 KiB or more
 *
 * Known keywords: nameserver, domain, search, options.  Values are not
 * validated, comments begin only at the beginning of a line.
 * Source: containernetworking/plugins host-local dns.go.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int hl_resolv_conf_parse(char *text, struct cni_dns *ret_dns,
			 struct cni_error *reterr);

/**
 * hl_resolv_conf_read() - the same with a file
 * @path: the file; symbolic links are followed, as it often is one
 * @ret_dns: see hl_resolv_conf_parse()
 * @reterr: code 5 when it cannot be read
 *
 * Return: 0 or a negative errno.
 */
int hl_resolv_conf_read(const char *path, struct cni_dns *ret_dns,
			struct cni_error *reterr);

#endif /* HOST_LOCAL_RESOLV_CONF_H */
