/* SPDX-License-Identifier: Apache-2.0 */
/* skel_output.c - the one JSON document on stdout */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cni/file.h"

#include "skel_internal.h"

#define INDENT 4

static const char no_memory[] = "{\n"
				"    \"code\": 999,\n"
				"    \"msg\": \"out of memory\"\n"
				"}";

/* No cniVersion: the Go plugins print none, either. */
static void format_error(const struct cni_error *err, struct cni_buf *text)
{
	cni_buf_addf(text, "{\n    \"code\": %d,\n    \"msg\": ", err->code);
	cni_json_format_string(err->msg, strlen(err->msg), text);
	if (err->details[0]) {
		cni_buf_add(text, ",\n    \"details\": ");
		cni_json_format_string(err->details, strlen(err->details),
				       text);
	}
	cni_buf_add(text, "\n}");
}

void cni_skel_print_error(const struct cni_error *err)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	int ret;

	format_error(err, &text);
	if (cni_buf_error(&text))
		ret = cni_write_all(STDOUT_FILENO, no_memory,
				    strlen(no_memory));
	else
		ret = cni_write_all(STDOUT_FILENO, text.data, text.len);
	if (ret)
		cni_warn("writing the error to stdout: %s; it was: %s",
			 strerror(-ret), err->msg);
}

int cni_skel_print_result(const struct cni_result *result,
			  enum cni_version version, struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	int ret;

	ret = cni_result_to_json(result, version, &object, reterr);
	if (ret)
		return ret;
	cni_json_format(object, INDENT, &text);
	ret = cni_buf_error(&text);
	if (!ret)
		ret = cni_write_all(STDOUT_FILENO, text.data, text.len);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret,
				       "writing the result to stdout");
	return 0;
}

int cni_skel_print_version(void)
{
	struct cni_error err;
	int ret;

	/* One write of a constant: no memory, no stdio. */
	ret = cni_write_all(STDOUT_FILENO, CNI_VERSION_REPLY,
			    strlen(CNI_VERSION_REPLY));
	if (!ret)
		return 0;
	(void)cni_error_errno(&err, CNI_CODE_IO, -ret,
			      "writing the versions to stdout");
	cni_skel_print_error(&err);
	return 1;
}
