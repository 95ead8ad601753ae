/* SPDX-License-Identifier: Apache-2.0 */
/* test_file.c - reading and writing small files and pipes */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/file.h"

/* A fresh directory, open; its path is in @template. */
static int make_dir(char *template)
{
	int fd;

	assert_non_null(mkdtemp(template));
	fd = open(template, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void make_file(int dir, const char *name, const char *text)
{
	CNI_CLEANUP(fd) int fd = -1;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(cni_write_all(fd, text, strlen(text)), 0);
}

static void a_pipe_is_read_to_its_end_and_not_beyond_the_limit(void **state)
{
	static char big[40000];
	int fds[2];

	(void)state;
	memset(big, 'x', sizeof(big));
	for (size_t limit = sizeof(big) - 1; limit <= sizeof(big); limit++) {
		CNI_CLEANUP(buf) struct cni_buf buf = { 0 };
		CNI_CLEANUP(fd) int reader = -1;

		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		reader = fds[0];
		assert_int_equal(cni_write_all(fds[1], big, sizeof(big)), 0);
		assert_int_equal(close(fds[1]), 0);
		if (limit < sizeof(big)) {
			assert_int_equal(cni_read_all(reader, limit, &buf),
					 -EFBIG);
			continue;
		}
		assert_int_equal(cni_read_all(reader, limit, &buf), 0);
		assert_int_equal(buf.len, sizeof(big));
		assert_memory_equal(buf.data, big, sizeof(big));
	}
}

static void bad_descriptors_are_reported(void **state)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	(void)state;
	assert_int_equal(cni_read_all(-1, 10, &buf), -EBADF);
	assert_int_equal(cni_write_all(-1, "x", 1), -EBADF);
	assert_int_equal(cni_write_all(-1, "", 0), 0);
}

static void a_file_that_does_not_fit_is_refused(void **state)
{
	char template[] = "/tmp/cni-test-file-XXXXXX";
	CNI_CLEANUP(fd) int dir = make_dir(template);
	char text[6];

	(void)state;
	make_file(dir, "five", "12345");
	make_file(dir, "six", "123456");
	make_file(dir, "empty", "");
	assert_int_equal(cni_read_file_at(dir, "five", text, sizeof(text)), 5);
	assert_string_equal(text, "12345");
	assert_int_equal(cni_read_file_at(dir, "six", text, sizeof(text)),
			 -EFBIG);
	assert_int_equal(cni_read_file_at(dir, "empty", text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(cni_read_file_at(dir, "none", text, sizeof(text)),
			 -ENOENT);
	assert_int_equal(unlinkat(dir, "five", 0), 0);
	assert_int_equal(unlinkat(dir, "six", 0), 0);
	assert_int_equal(unlinkat(dir, "empty", 0), 0);
	assert_int_equal(rmdir(template), 0);
}

static void fifos_directories_and_links_do_not_hang_or_lead_away(void **state)
{
	char template[] = "/tmp/cni-test-file-XXXXXX";
	CNI_CLEANUP(fd) int dir = make_dir(template);
	char text[16];

	(void)state;
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(symlinkat("/etc/hostname", dir, "link"), 0);
	assert_int_equal(cni_read_file_at(dir, "fifo", text, sizeof(text)), 0);
	assert_int_equal(cni_read_file_at(dir, "link", text, sizeof(text)),
			 -ELOOP);
	assert_int_equal(cni_read_file_at(dir, ".", text, sizeof(text)),
			 -EISDIR);
	assert_int_equal(unlinkat(dir, "fifo", 0), 0);
	assert_int_equal(unlinkat(dir, "link", 0), 0);
	assert_int_equal(rmdir(template), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_pipe_is_read_to_its_end_and_not_beyond_the_limit),
		cmocka_unit_test(bad_descriptors_are_reported),
		cmocka_unit_test(a_file_that_does_not_fit_is_refused),
		cmocka_unit_test(
			fifos_directories_and_links_do_not_hang_or_lead_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
