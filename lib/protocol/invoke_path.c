/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_path.c - searching a delegated plugin in CNI_PATH */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cni/buf.h"
#include "cni/invoke.h"
#include "cni/quote.h"

static bool is_regular(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

/* Like Go's %v of a list: the directories separated by blanks. */
static int not_found(const char *type, const char *path,
		     struct cni_error *reterr)
{
	char quoted[CNI_DELEGATE_TYPE_MAX + 16];
	char dirs[CNI_ERROR_TEXT_MAX];

	(void)snprintf(dirs, sizeof(dirs), "%s", path);
	for (char *c = dirs; *c; c++) {
		if (*c == ':')
			*c = ' ';
	}
	return cni_error_set(reterr, CNI_CODE_INTERNAL, ENOENT,
			     "failed to find plugin %s in path [%s]",
			     cni_quote_string(quoted, sizeof(quoted), type),
			     dirs);
}

static int check_type(const char *type, struct cni_error *reterr)
{
	char start[64];

	if (!type || !type[0])
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "no plugin name provided");
	if (strchr(type, '/'))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "invalid plugin name: %s", type);
	if (strlen(type) < CNI_DELEGATE_TYPE_MAX)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "invalid plugin name: %s is longer than %d bytes",
			     cni_quote_string(start, sizeof(start), type),
			     CNI_DELEGATE_TYPE_MAX - 1);
}

int cni_delegate_find(const char *type, const char *path, char *ret_file,
		      size_t size, struct cni_error *reterr)
{
	int ret = check_type(type, reterr);
	const char *dir = path;

	if (ret)
		return ret;
	for (bool more = path[0]; more;) {
		size_t len = strcspn(dir, ":");
		int need = len ? snprintf(ret_file, size, "%.*s/%s", (int)len,
					  dir, type)
			       : snprintf(ret_file, size, "./%s", type);

		/* What does not fit is longer than any path that exists. */
		if (need > 0 && (size_t)need < size && is_regular(ret_file))
			return 0;
		more = dir[len] == ':';
		dir += len + 1;
	}
	return not_found(type, path, reterr);
}
