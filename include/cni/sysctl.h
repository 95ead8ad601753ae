/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl.h - kernel parameters below /proc/sys
 *
 * Read first, written only on difference: with a read-only /proc/sys (nested
 * and rootless set-ups) everything works as long as the values are right.
 * Interface names may contain dots; paths are built of components, never of
 * dotted names.  /proc/sys/net shows the namespace of whoever opens the file:
 * for a pod's parameters call these inside cni_netns_run().
 */
#ifndef CNI_SYSCTL_H
#define CNI_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/error.h"

/* Longest value these functions compare, with its NUL. */
#define CNI_SYSCTL_VALUE_MAX 64

/**
 * cni_sysctl_read() - read a parameter
 * @path: relative to /proc/sys, e.g. "net/ipv4/ip_forward"; given by the
 *	program, never by configuration
 * @ret_value: without its newline
 * @reterr: code 999, `read sysctl <path>: ...`
 *
 * Return: 0; -ENOENT no such parameter; another negative errno.
 */
int cni_sysctl_read(const char *path, char ret_value[CNI_SYSCTL_VALUE_MAX],
		    struct cni_error *reterr);

/**
 * cni_sysctl_ensure() - make a parameter have a value
 * @path: as cni_sysctl_read()
 * @value: the value as text
 * @reterr: code 999, `set sysctl <path> to <value>: ...`
 *
 * Return: 0 it had the value; 1 it has it now; -ENOENT no such parameter;
 * -EROFS, -EACCES not allowed; another negative errno.
 */
int cni_sysctl_ensure(const char *path, const char *value,
		      struct cni_error *reterr);

/**
 * struct cni_sysctl - a parameter of an interface
 * @family: AF_INET or AF_INET6: net/ipv4/conf/<if> or net/ipv6/conf/<if>
 * @key: name, e.g. "accept_ra"
 * @value: value as text
 * @required: failing to set it is an error; otherwise it is ignored
 */
struct cni_sysctl {
	int family;
	const char *key;
	const char *value;
	bool required;
};

/**
 * cni_sysctl_ensure_if() - make parameters of an interface have values
 * @ifname: the interface; refused when it has a '/' or is "." or ".."
 * @list: the parameters; put those of one family together
 * @count: number of @list
 * @reterr: of the first required one that failed
 *
 * Return: 0; the negative errno of the first required one that failed (later
 * ones are not tried).
 */
int cni_sysctl_ensure_if(const char *ifname, const struct cni_sysctl *list,
			 size_t count, struct cni_error *reterr);

#endif /* CNI_SYSCTL_H */
