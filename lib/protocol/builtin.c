/* SPDX-License-Identifier: Apache-2.0 */
/* builtin.c - delegates whose code is in the executable */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cni/builtin.h"
#include "cni/cleanup.h"

/* Linkers put notes right behind the program headers. */
#define HEAD_SIZE 2048
#define ALIGNMENT 4

bool cni_builtin_is_file(const struct cni_builtin *builtin, const char *file)
{
	CNI_CLEANUP(fd) int fd = -1;
	uint8_t head[HEAD_SIZE];
	ssize_t len;

	if (access(file, X_OK) < 0)
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	len = pread(fd, head, sizeof(head), 0);
	for (ssize_t i = 0; i + CNI_BUILD_ID_SIZE <= len; i += ALIGNMENT) {
		if (memcmp(head + i, builtin->build_id, CNI_BUILD_ID_SIZE) == 0)
			return true;
	}
	return false;
}
