/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_internal.h - what the files of invoke share */
#ifndef INVOKE_INTERNAL_H
#define INVOKE_INTERNAL_H

#include "cni/invoke.h"

/**
 * cni_invoke_start() - start the process of a delegate
 * @call: the invocation; its stdin text is handed on
 * @file: path of the program
 * @delegate: type, command and timeout are set; gets the process
 * @reterr: code 0, as the Go plugins
 *
 * Return: 0 or the negative errno of the start.
 */
int cni_invoke_start(const struct cni_call *call, const char *file,
		     struct cni_delegate *delegate, struct cni_error *reterr);

/**
 * cni_invoke_failure() - what a delegate said when it did not succeed
 * @delegate: an ended one
 * @reterr: its own error object, or a code 0 with all there is to know
 *
 * Return: -EIO.
 */
int cni_invoke_failure(const struct cni_delegate *delegate,
		       struct cni_error *reterr);

/**
 * cni_invoke_result() - the result that a delegate printed
 * @call: gives the version of a result that names none
 * @delegate: an ended one, successful
 * @ret_result: filled; empty before
 * @reterr: why it is no result
 *
 * Return: as cni_result_from_json(); -EINVAL when it printed nothing.
 */
int cni_invoke_result(const struct cni_call *call,
		      const struct cni_delegate *delegate,
		      struct cni_result *ret_result, struct cni_error *reterr);

/**
 * cni_invoke_find_builtin() - is a delegate part of this executable?
 * @call: the invocation
 * @type: the plugin's type
 * @file: what would be executed
 *
 * Return: the builtin, or NULL: execute.
 */
const struct cni_builtin *cni_invoke_find_builtin(const struct cni_call *call,
						  const char *type,
						  const char *file);

/**
 * cni_invoke_builtin() - call a builtin's verb as if it had been executed
 * @call: the invocation
 * @delegate: with a builtin
 * @ret_result: for ADD: its result, empty before; NULL ignores it
 * @reterr: the verb's
 *
 * Return: 0 or -EIO.
 */
int cni_invoke_builtin(const struct cni_call *call,
		       const struct cni_delegate *delegate,
		       struct cni_result *ret_result, struct cni_error *reterr);

#endif /* INVOKE_INTERNAL_H */
