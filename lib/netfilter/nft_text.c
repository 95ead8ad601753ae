/* SPDX-License-Identifier: Apache-2.0 */
/* nft_text.c - rules in nft's own language, read by the host's nft */
#include <errno.h>
#include <sys/wait.h>

#include "cni/nft_text.h"
#include "tool.h"

int cni_nft_text_run(const struct cni_buf *script, struct cni_error *reterr)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	char path[PATH_MAX];
	char option[] = "-f";
	char from_stdin[] = "-";
	char *const argv[] = { path, option, from_stdin, NULL };
	int ret = cni_buf_error(script);

	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "build the nft script");
	if (tool_find("nft", path) < 0)
		return cni_error_set(reterr, CNI_CODE_TOOL_MISSING, ENOENT,
				     "\"nft\" not found in PATH or " TOOL_DIRS);
	ret = tool_run(path, argv, script, &process, reterr);
	if (ret < 0)
		return ret;
	if (WIFEXITED(process.status) && WEXITSTATUS(process.status) == 0)
		return 0;
	ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			    "\"%s\" refuses the rules", path);
	cni_error_details(reterr, "%s", cni_buf_text(&process.err));
	return ret;
}
