/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h - the error value that every failing function fills
 *
 * DOC: Theory of Operation
 *
 * Functions that can fail return 0 or a negative errno and take a
 * `struct cni_error *reterr` as their last parameter, which may be NULL and is
 * written only on failure.  The errno is what callers branch on; the text is
 * what the user of the container runtime reads.  The error is a value on the
 * caller's stack: nothing is allocated, so ENOMEM can be reported, too.
 *
 * Each layer that knows something the one below does not adds it in front with
 * cni_error_prefix().  Text: `<context>: <what failed>: <strerror>`, lower
 * case, names quoted, no full stop.  The kernel's own explanation (netlink
 * extended ack) or a child's stderr goes to @details.
 *
 * Only skel prints the error, once, as the JSON object of the CNI
 * specification, section 5 "Result Types", "Error".
 */
#ifndef CNI_ERROR_H
#define CNI_ERROR_H

#include <stdarg.h>

/**
 * enum cni_code - `code` of the CNI error object
 *
 * 0-99 are the specification's; 100 and above are this suite's own and
 * documented in docs/errors.md.
 * Source: CNI SPEC 1.1.0 section 5 "Error"; 0 and 8 are what the Go plugins
 * use beyond the specification's table.
 */
enum cni_code {
	CNI_CODE_UNKNOWN = 0, /* a delegate died without an error object */
	CNI_CODE_INCOMPATIBLE_VERSION = 1,
	CNI_CODE_UNSUPPORTED_FIELD = 2,
	CNI_CODE_UNKNOWN_CONTAINER = 3,
	CNI_CODE_INVALID_ENVIRONMENT = 4,
	CNI_CODE_IO = 5,
	CNI_CODE_DECODE = 6,
	CNI_CODE_INVALID_CONFIG = 7,
	CNI_CODE_INVALID_NETNS = 8,
	CNI_CODE_TRY_AGAIN = 11,
	CNI_CODE_NOT_AVAILABLE = 50,
	CNI_CODE_LIMITED = 51,
	/* address management (host-local) */
	CNI_CODE_EXHAUSTED = 100,	/* no free address in a range set */
	CNI_CODE_ADDRESS_TAKEN = 101,	/* requested address is not free */
	CNI_CODE_DUPLICATE_LEASE = 102, /* attachment has an address already */
	CNI_CODE_STORE_UNUSABLE = 103,	/* data directory cannot be used */
	/* wiring (bridge, loopback) */
	CNI_CODE_ADDRESS_CONFLICT = 110, /* bridge has another address */
	CNI_CODE_INTERFACE_EXISTS = 111, /* ifname is taken in the netns */
	CNI_CODE_BRIDGE_FULL = 112,	 /* the kernel's port limit (1023) */
	CNI_CODE_NOT_A_BRIDGE = 113,	 /* the name belongs to another kind */
	CNI_CODE_LINK_NOT_UP = 114,	 /* port or address did not come up */
	/* port mappings (portmap) */
	CNI_CODE_PORT_CONFLICT = 120, /* another attachment owns the port */
	/* host */
	CNI_CODE_KERNEL_FEATURE = 130,	 /* the kernel lacks what is needed */
	CNI_CODE_TOOL_MISSING = 131,	 /* a needed program is not installed */
	CNI_CODE_DELEGATE_TIMEOUT = 132, /* a delegated plugin did not end */
	/* CHECK */
	CNI_CODE_CHECK_FAILED = 140, /* state differs from what ADD made */
	CNI_CODE_INTERNAL = 999,
};

#define CNI_ERROR_TEXT_MAX 512

/**
 * struct cni_error - one failure, by value
 * @code: enum cni_code, or the code a delegated plugin answered
 * @sys_errno: positive errno of the failure; 0 where none applies
 * @msg: what happened, for the user; truncated when longer
 * @details: the kernel's or a child's own words; empty when there are none
 */
struct cni_error {
	int code;
	int sys_errno;
	char msg[CNI_ERROR_TEXT_MAX];
	char details[CNI_ERROR_TEXT_MAX];
};

/**
 * cni_error_set() - fill an error
 * @reterr: the error, or NULL
 * @code: enum cni_code
 * @sys_errno: positive errno; 0 counts as EINVAL for the return value
 * @format: printf format of the message; no strerror is added
 *
 * details is emptied.
 *
 * Return: -@sys_errno (-EINVAL for 0), so that callers can return the call.
 */
int cni_error_set(struct cni_error *reterr, int code, int sys_errno,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * cni_error_errno() - fill an error and end its text with strerror
 * @reterr: the error, or NULL
 * @code: enum cni_code
 * @sys_errno: positive errno; its text is appended after ": "
 * @format: printf format of the message
 *
 * Return: -@sys_errno.
 */
int cni_error_errno(struct cni_error *reterr, int code, int sys_errno,
		    const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * cni_error_prefix() - put context in front of an error's message
 * @reterr: a filled error, or NULL
 * @ret: negative errno to hand through
 * @format: printf format of the context; ": " follows it
 *
 * Return: @ret.
 */
int cni_error_prefix(struct cni_error *reterr, int ret, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cni_error_details() - set the details of a filled error
 * @reterr: a filled error, or NULL
 * @format: printf format; the result is truncated when longer than the field
 */
void cni_error_details(struct cni_error *reterr, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * cni_error_gather() - keep the first of several failures
 * @first: errno gathered so far (0 or negative)
 * @reterr: where the first failure is kept; may be NULL
 * @ret: result of the next step
 * @step_err: error of the next step, copied when @ret is the first failure
 *
 * For DEL and GC, which go on after a failing step.
 *
 * Return: @first when it is a failure, else @ret.
 */
int cni_error_gather(int first, struct cni_error *reterr, int ret,
		     const struct cni_error *step_err);

/**
 * cni_warn() - tell the administrator about a failure that is not fatal
 * @format: printf format, without newline
 *
 * Written to stderr, which runtimes log; never to stdout.
 */
void cni_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* CNI_ERROR_H */
