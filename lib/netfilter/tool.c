/* SPDX-License-Identifier: Apache-2.0 */
/* tool.c - running one of the host's firewall programs */
#include <stdlib.h>

#include "cni/error.h"
#include "cni/iptables.h"
#include "tool.h"

#define OUTPUT_LIMIT ((size_t)64 << 20)

int tool_find(const char *name, char ret_path[static PATH_MAX])
{
	const char *dirs = getenv("PATH");

	if (dirs && cni_process_find(name, dirs, ret_path, PATH_MAX) == 0)
		return 0;
	return cni_process_find(name, TOOL_DIRS, ret_path, PATH_MAX);
}

int tool_run(const char *path, char *const *argv, const struct cni_buf *input,
	     struct cni_process *process, struct cni_error *reterr)
{
	static char environment[] = "PATH=" TOOL_DIRS;
	char *const envp[] = { environment, NULL };
	const struct cni_process_spec spec = {
		.path = path,
		.argv = argv,
		.envp = envp,
		.input = input ? cni_buf_text(input) : NULL,
		.input_len = input ? input->len : 0,
		.output_limit = OUTPUT_LIMIT,
		.timeout_ms = CNI_IPTABLES_TIMEOUT_S * 1000,
	};
	int ret;

	ret = cni_process_start(process, &spec);
	if (ret == 0)
		ret = cni_process_finish(process);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "run \"%s\"", path);
	return 0;
}
