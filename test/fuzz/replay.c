/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - run a fuzz target over its corpus, without a fuzzer */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cni/cleanup.h"
#include "cni/file.h"
#include "fuzz.h"

#define INPUT_MAX ((size_t)4 << 20)

static int replay_file(int dir, const char *name)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };
	CNI_CLEANUP(fd) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	CNI_CLEANUP(free) uint8_t *exact = NULL;
	int ret;

	if (fd < 0)
		return -errno;
	ret = cni_read_all(fd, INPUT_MAX, &buf);
	if (ret < 0)
		return ret;
	/* A block of just the right size, so that overreads are seen. */
	exact = malloc(buf.len ? buf.len : 1);
	if (!exact)
		return -ENOMEM;
	if (buf.len)
		memcpy(exact, buf.data, buf.len);
	(void)LLVMFuzzerTestOneInput(exact, buf.len);
	return 0;
}

static int replay_dir(const char *path, unsigned int *count)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -errno;
	while (ret >= 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)printf("%s\n", entry->d_name);
		(void)fflush(stdout);
		ret = replay_file(dirfd(dir), entry->d_name);
		++*count;
	}
	(void)closedir(dir);
	return ret;
}

int main(int argc, char **argv)
{
	unsigned int count = 0;

	for (int i = 1; i < argc; i++) {
		int ret = replay_dir(argv[i], &count);

		if (ret < 0) {
			(void)fprintf(stderr, "%s: %s\n", argv[i],
				      strerror(-ret));
			return 1;
		}
	}
	(void)printf("%u inputs\n", count);
	return count ? 0 : 1;
}
