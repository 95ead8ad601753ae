/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_delegate.c - what a delegated plugin prints, and how it ends */
#include <errno.h>
#include <string.h>

#include "cni/cleanup.h"
#include "fuzz.h"
#include "invoke_internal.h"

/*
 * The first byte is the wait status; what follows up to a line "--" is stdout,
 * the rest is stderr.
 */
static void fill(struct cni_process *process, const uint8_t *data, size_t size)
{
	const uint8_t *end;

	process->status = data[0];
	data++;
	size--;
	end = size ? memmem(data, size, "\n--\n", 4) : NULL;
	if (!end) {
		cni_buf_add_bytes(&process->out, data, size);
		return;
	}
	cni_buf_add_bytes(&process->out, data, (size_t)(end - data));
	cni_buf_add_bytes(&process->err, end + 4,
			  size - (size_t)(end - data) - 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct cni_call call = { .cni_version = "1.0.0",
				       .version = CNI_VERSION_1_0_0 };
	CNI_CLEANUP(delegate) struct cni_delegate delegate = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_error err = { 0 };

	if (!size)
		return 0;
	fill(&delegate.process, data, size);
	fuzz_require(cni_invoke_failure(&delegate, &err) == -EIO);
	fuzz_require(err.code >= 0 && err.msg[0] != '\0');
	(void)cni_invoke_result(&call, &delegate, &result, &err);
	return 0;
}
