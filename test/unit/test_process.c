/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - children: input, output, limits, descriptors */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "cmocka_env.h"

#include "cni/process.h"

static char *const empty_env[] = { NULL };

static int run(struct cni_process *process, const char *script,
	       const char *input, size_t limit, int timeout_ms)
{
	char *argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			 (char *)(uintptr_t)script, NULL };
	const struct cni_process_spec spec = {
		.path = "/bin/sh",
		.argv = argv,
		.envp = empty_env,
		.input = input,
		.input_len = strlen(input),
		.output_limit = limit,
		.timeout_ms = timeout_ms,
	};
	int ret = cni_process_start(process, &spec);

	return ret < 0 ? ret : cni_process_finish(process);
}

static void a_child_gets_its_input_and_its_outputs_are_kept_apart(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };

	(void)state;
	assert_int_equal(run(&process, "cat; echo oops >&2; exit 3", "hello",
			     1000, 10000),
			 0);
	assert_string_equal(cni_buf_text(&process.out), "hello");
	assert_string_equal(cni_buf_text(&process.err), "oops\n");
	assert_true(WIFEXITED(process.status));
	assert_int_equal(WEXITSTATUS(process.status), 3);
}

static void input_larger_than_a_pipe_does_not_deadlock(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	CNI_CLEANUP(buf) struct cni_buf input = { 0 };

	(void)state;
	for (int i = 0; i < 40000; i++)
		cni_buf_add(&input, "0123456789");
	assert_int_equal(
		run(&process, "cat", cni_buf_text(&input), 1 << 20, 20000), 0);
	assert_int_equal(process.out.len, 400000);
}

static void a_child_that_does_not_read_is_no_error(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	CNI_CLEANUP(buf) struct cni_buf input = { 0 };

	(void)state;
	for (int i = 0; i < 40000; i++)
		cni_buf_add(&input, "0123456789");
	assert_int_equal(run(&process, "exec 0<&-; exit 0",
			     cni_buf_text(&input), 10, 20000),
			 0);
	assert_int_equal(process.status, 0);
}

static void a_child_that_hangs_is_killed_in_time(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	CNI_CLEANUP(process) struct cni_process silent = { 0 };
	struct timespec start;
	struct timespec end;

	(void)state;
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(run(&process, "exec sleep 30", "", 10, 100),
			 -ETIMEDOUT);
	assert_int_equal(run(&silent, "exec sleep 30 >&- 2>&-", "", 10, 100),
			 -ETIMEDOUT);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(WIFSIGNALED(process.status));
	assert_true(WIFSIGNALED(silent.status));
	assert_in_range(end.tv_sec - start.tv_sec, 0, 5);
}

static void a_child_works_before_it_is_waited_for(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	char *argv[] = { (char *)(uintptr_t) "cat", NULL };
	const struct cni_process_spec spec = {
		.path = "/bin/cat",
		.argv = argv,
		.envp = empty_env,
		.input = "hello",
		.input_len = 5,
		.output_limit = 10,
		.timeout_ms = 10000,
	};
	struct pollfd ended;

	(void)state;
	assert_int_equal(cni_process_start(&process, &spec), 0);
	/* It sees the end of its input without any further call. */
	ended = (struct pollfd) { .fd = process.pidfd, .events = POLLIN };
	assert_int_equal(poll(&ended, 1, 10000), 1);
	assert_int_equal(cni_process_finish(&process), 0);
	assert_string_equal(cni_buf_text(&process.out), "hello");
}

static void a_grandchild_that_keeps_the_pipes_open_is_not_waited_for(void **s)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	CNI_CLEANUP(buf) struct cni_buf input = { 0 };
	struct timespec start;
	struct timespec end;

	(void)s;
	for (int i = 0; i < 6000; i++)
		cni_buf_add(&input, "0123456789");
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(run(&process, "cat; sleep 6 & exit 4",
			     cni_buf_text(&input), 100000, 20000),
			 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(WEXITSTATUS(process.status), 4);
	assert_int_equal(process.out.len, 60000);
	assert_in_range(end.tv_sec - start.tv_sec, 0, 4);
}

static void what_a_killed_child_started_is_killed_too(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	int status = 0;
	pid_t pid;

	(void)state;
	/* Orphans become children of this process, so that they can be seen. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(run(&process, "sleep 30 & echo $!; wait", "", 100,
			     200),
			 -ETIMEDOUT);
	pid = atoi(cni_buf_text(&process.out));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void a_child_gets_no_ignored_sigpipe_from_us(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };

	(void)state;
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_int_equal(run(&process, "kill -PIPE $$; exit 3", "", 10, 10000),
			 0);
	assert_true(signal(SIGPIPE, SIG_DFL) == SIG_IGN);
	assert_true(WIFSIGNALED(process.status));
	assert_int_equal(WTERMSIG(process.status), SIGPIPE);
}

static void too_much_output_is_refused(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };

	(void)state;
	assert_int_equal(run(&process, "while :; do echo aaaaaaaaaaaa; done",
			     "", 10000, 20000),
			 -EFBIG);
	assert_true(process.out.len <= 10000);
}

static void a_child_has_no_descriptors_but_the_standard_ones(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	CNI_CLEANUP(fd) int inherited = -1;

	(void)state;
	inherited = open("/dev/null", O_RDONLY);
	assert_true(inherited >= 0);
	assert_int_equal(
		run(&process, "exec ls /proc/self/fd", "", 1000, 10000), 0);
	/* 3 is the directory that ls itself opened. */
	assert_string_equal(cni_buf_text(&process.out), "0\n1\n2\n3\n");
}

static void a_missing_program_is_an_error_of_the_start(void **state)
{
	CNI_CLEANUP(process) struct cni_process process = { 0 };
	const struct cni_process_spec spec = {
		.path = "/nonexistent/program",
		.argv = empty_env,
		.envp = empty_env,
		.timeout_ms = 1000,
	};

	(void)state;
	assert_int_equal(cni_process_start(&process, &spec), -ENOENT);
}

static void programs_are_found_in_the_first_directory_that_has_them(void **s)
{
	char path[64];

	(void)s;
	assert_int_equal(cni_process_find("sh", "/nonexistent::/bin:/usr/bin",
					  path, sizeof(path)),
			 0);
	assert_string_equal(path, "/bin/sh");
	assert_int_equal(cni_process_find("bin", "/usr", path, sizeof(path)),
			 -ENOENT);
	assert_int_equal(cni_process_find("sh", "", path, sizeof(path)),
			 -ENOENT);
	assert_int_equal(cni_process_find("sh", "/bin", path, 4), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_child_gets_its_input_and_its_outputs_are_kept_apart),
		cmocka_unit_test(input_larger_than_a_pipe_does_not_deadlock),
		cmocka_unit_test(a_child_that_does_not_read_is_no_error),
		cmocka_unit_test(a_child_that_hangs_is_killed_in_time),
		cmocka_unit_test(a_child_works_before_it_is_waited_for),
		cmocka_unit_test(
			a_grandchild_that_keeps_the_pipes_open_is_not_waited_for),
		cmocka_unit_test(what_a_killed_child_started_is_killed_too),
		cmocka_unit_test(a_child_gets_no_ignored_sigpipe_from_us),
		cmocka_unit_test(too_much_output_is_refused),
		cmocka_unit_test(
			a_child_has_no_descriptors_but_the_standard_ones),
		cmocka_unit_test(a_missing_program_is_an_error_of_the_start),
		cmocka_unit_test(
			programs_are_found_in_the_first_directory_that_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
