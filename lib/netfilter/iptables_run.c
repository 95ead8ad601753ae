/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_run.c - running the host's iptables-restore and iptables-save */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "iptables_internal.h"
#include "tool.h"

/* XT_TABLE_MAXNAMELEN */
#define TABLE_NAME_MAX 32
/* "RESOURCE_PROBLEM" in iptables' include/xtables.h */
#define EXIT_RESOURCE 4

/* iptables-nft is a link to xtables-nft-multi, by whatever detours. */
static bool is_nft_variant(const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) && strstr(real, "nft");
}

/* @verb: "restore" or "save"; the error names the program. */
static int find_variant(int family, enum cni_iptables_variant variant,
			const char *verb, char ret_path[static PATH_MAX],
			struct cni_error *reterr)
{
	const char *base = family == AF_INET ? "iptables" : "ip6tables";
	char name[64];

	if (variant == CNI_IPTABLES_LEGACY) {
		(void)snprintf(name, sizeof(name), "%s-legacy-%s", base, verb);
		if (tool_find(name, ret_path) == 0)
			return 0;
	}
	(void)snprintf(name, sizeof(name), "%s-%s", base, verb);
	if (tool_find(name, ret_path) == 0 &&
	    (variant != CNI_IPTABLES_LEGACY || !is_nft_variant(ret_path)))
		return 0;
	return cni_error_set(
		reterr, CNI_CODE_TOOL_MISSING, ENOENT,
		"\"%s\"%s not found in PATH or " TOOL_DIRS, name,
		variant == CNI_IPTABLES_LEGACY ? " of the legacy variant" : "");
}

int cni_iptables_usable(int family)
{
	char path[PATH_MAX];

	return find_variant(family, CNI_IPTABLES_HOST, "restore", path, NULL);
}

static int judge(const char *path, const struct cni_process *process,
		 struct cni_error *reterr)
{
	const char *stderr_text = cni_buf_text(&process->err);
	bool busy;

	if (WIFEXITED(process->status) && WEXITSTATUS(process->status) == 0)
		return 0;
	busy = WIFEXITED(process->status) &&
	       WEXITSTATUS(process->status) == EXIT_RESOURCE &&
	       strstr(stderr_text, "xtables lock");
	if (WIFEXITED(process->status))
		cni_error_set(reterr,
			      busy ? CNI_CODE_TRY_AGAIN : CNI_CODE_INTERNAL,
			      busy ? EAGAIN : EIO, "\"%s\": exit status %d",
			      path, WEXITSTATUS(process->status));
	else
		cni_error_set(reterr, CNI_CODE_INTERNAL, EIO,
			      "\"%s\": killed by signal %d", path,
			      WTERMSIG(process->status));
	cni_error_details(reterr, "%s", stderr_text);
	return busy ? -EAGAIN : -EIO;
}

static int run(const char *path, char *const *argv, const struct cni_buf *input,
	       struct cni_process *process, struct cni_error *reterr)
{
	int ret = tool_run(path, argv, input, process, reterr);

	return ret < 0 ? ret : judge(path, process, reterr);
}

int cni_iptables_restore(int family, enum cni_iptables_variant variant,
			 const struct cni_buf *script, struct cni_error *reterr)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	char noflush[] = "--noflush";
	char path[PATH_MAX];
	char seconds[16];
	char wait[] = "-w";
	char *const argv[] = { path, noflush, wait, seconds, NULL };
	int ret;

	ret = cni_buf_error(script);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "build the iptables script");
	ret = find_variant(family, variant, "restore", path, reterr);
	if (ret < 0)
		return ret;
	(void)snprintf(seconds, sizeof(seconds), "%d", CNI_IPTABLES_WAIT_S);
	return run(path, argv, script, &process, reterr);
}

int cni_iptables_save(int family, enum cni_iptables_variant variant,
		      const char *table, struct cni_buf *text,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	char name[TABLE_NAME_MAX];
	char path[PATH_MAX];
	char option[] = "-t";
	char *const argv[] = { path, option, name, NULL };
	int ret;

	(void)snprintf(name, sizeof(name), "%s", table);
	ret = find_variant(family, variant, "save", path, reterr);
	if (ret < 0)
		return ret;
	ret = run(path, argv, NULL, &process, reterr);
	if (ret < 0)
		return ret;
	cni_buf_add_bytes(text, cni_buf_text(&process.out), process.out.len);
	ret = cni_buf_error(text);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "read the rules of \"%s\"", table);
	return 0;
}
