/* SPDX-License-Identifier: Apache-2.0 */
/* test_invoke_limits.c - searching delegates; those that hang; IPAM's undo */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "protocol/delegate.h"
#include "table.h"

#define CONF "{\"name\":\"net\",\"delegateTimeoutSeconds\":1}"

static void starting_does_not_wait(void **state)
{
	struct cni_delegate delegate = { 0 };
	struct delegates d;
	double start;

	(void)state;
	delegates_init(&d, "{}", "cat >$DIR/stdin; sleep 0.4");
	start = milliseconds();
	assert_int_equal(cni_delegate_start(&d.call, "ipam", CNI_COMMAND_DEL,
					    &delegate, NULL),
			 0);
	assert_true(milliseconds() - start < 350);
	assert_int_equal(cni_delegate_finish(&d.call, &delegate, NULL, NULL),
			 0);
	assert_true(milliseconds() - start > 390);
	delegates_done(&d);
}

static void one_that_hangs_is_killed_with_what_it_started(void **state)
{
	struct cni_error err;
	struct delegates d;
	double start = milliseconds();
	char *late;

	(void)state;
	delegates_init(&d, CONF,
		       "echo stuck >&2\n"
		       "(sleep 2; echo late >$DIR/late) & sleep 30");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
					  NULL, &err),
			 -ETIMEDOUT);
	assert_error(&err, CNI_CODE_DELEGATE_TIMEOUT,
		     "plugin \"ipam\" did not end its ADD within 1 s and was "
		     "killed");
	assert_string_equal(err.details, "stuck\n");
	assert_true(milliseconds() - start < 10000);
	(void)sleep(2);
	late = read_text(d.dir, "late");
	assert_string_equal(late, "");
	free(late);
	delegates_done(&d);
}

static void one_that_prints_megabytes_is_killed(void **state)
{
	struct cni_error err;
	struct delegates d;

	(void)state;
	delegates_init(&d, "{}", "yes 0123456789");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
					  NULL, &err),
			 -EFBIG);
	assert_error(&err, CNI_CODE_IO,
		     "plugin \"ipam\" printed more than 1048576 bytes on ADD "
		     "and was killed");
	delegates_done(&d);
}

static void megabytes_of_complaints_are_cut(void **state)
{
	struct cni_error err;
	struct delegates d;
	int saved = mute_stderr();

	(void)state;
	delegates_init(&d, "{}", "yes 0123456789 | head -c 300000 >&2; exit 3");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
					  NULL, &err),
			 -EIO);
	unmute_stderr(saved);
	assert_memory_equal(err.msg, "netplugin failed: \"0123456789\\n0123",
			    34);
	assert_non_null(strstr(err.msg, "...\""));
	delegates_done(&d);
}

static void one_that_does_not_read_its_input_is_no_failure(void **state)
{
	char *text = malloc(300000);
	struct delegates d;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', 299999);
	text[0] = '{';
	text[299998] = '}';
	text[299999] = '\0';
	delegates_init(&d, text, "exit 0");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_DEL,
					  NULL, NULL),
			 0);
	delegates_done(&d);
	free(text);
}

/* Keep the file open for writing in another process for some time. */
static pid_t hold_open(const char *dir, unsigned int ms)
{
	char path[128];
	int ready[2];
	pid_t pid;
	char byte;

	(void)snprintf(path, sizeof(path), "%s/ipam", dir);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_WRONLY);

		if (fd < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)usleep(ms * 1000);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void one_that_is_being_replaced_is_started_when_it_can(void **state)
{
	struct cni_error err = { 0 };
	double start = milliseconds();
	struct delegates d;
	int status;
	pid_t pid;

	(void)state;
	delegates_init(&d, "{}", "exit 0");
	pid = hold_open(d.dir, 300);
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_DEL,
					  NULL, &err),
			 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (milliseconds() - start < 250)
		print_message("this kernel starts files open for writing\n");
	assert_true(milliseconds() - start < 3000);
	delegates_done(&d);
}

static void the_first_regular_file_is_taken(void **state)
{
	char *one = temp_dir_new();
	char *two = temp_dir_new();
	char file[256];
	char path[512];
	char expected[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/ipam", one);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(two, "real", "", 0600);
	(void)snprintf(path, sizeof(path), "%s/ipam", two);
	assert_int_equal(symlink("real", path), 0);
	(void)snprintf(path, sizeof(path), "/nonexistent:%s:%s", one, two);
	(void)snprintf(expected, sizeof(expected), "%s/ipam", two);
	assert_int_equal(
		cni_delegate_find("ipam", path, file, sizeof(file), NULL), 0);
	assert_string_equal(file, expected);
	/* an empty directory is the current one, wherever it stands */
	assert_int_equal(chdir(two), 0);
	(void)snprintf(path, sizeof(path), "%s:", one);
	assert_int_equal(
		cni_delegate_find("ipam", path, file, sizeof(file), NULL), 0);
	assert_string_equal(file, "./ipam");
	assert_int_equal(chdir("/"), 0);
	temp_dir_remove(one);
	temp_dir_remove(two);
}

static void types_that_are_no_file_names_are_refused(void **state)
{
	char type[300];
	struct {
		const char *type;
		int ret;
		int code;
		const char *msg;
	} table[] = {
		{ "", -EINVAL, 7, "no plugin name provided" },
		{ NULL, -EINVAL, 7, "no plugin name provided" },
		{ "a/b", -EINVAL, 7, "invalid plugin name: a/b" },
		{ "../x", -EINVAL, 7, "invalid plugin name: ../x" },
		{ "..", -ENOENT, 999,
		  "failed to find plugin \"..\" in path [/bin /nowhere]" },
		{ "a\"b", -ENOENT, 999,
		  "failed to find plugin \"a\\\"b\" in path [/bin /nowhere]" },
		{ type, -EINVAL, 7, NULL },
	};
	char file[256];

	(void)state;
	memset(type, 'x', sizeof(type));
	type[sizeof(type) - 1] = '\0';
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct cni_error err;

		assert_int_equal(cni_delegate_find(table[i].type,
						   "/bin:/nowhere", file,
						   sizeof(file), &err),
				 table[i].ret);
		assert_int_equal(err.code, table[i].code);
		if (table[i].msg)
			assert_string_equal(err.msg, table[i].msg);
	}
}

static void a_file_that_cannot_be_executed_is_an_error(void **state)
{
	struct cni_error err;
	struct delegates d;
	char expected[256];

	(void)state;
	delegates_init(&d, "{}", "");
	write_file(d.dir, "ipam", "#!/bin/sh\n", 0644);
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
					  NULL, &err),
			 -EACCES);
	(void)snprintf(expected, sizeof(expected),
		       "netplugin failed with no error message: fork/exec "
		       "%s/ipam: Permission denied",
		       d.dir);
	assert_error(&err, 0, expected);
	delegates_done(&d);
}

#define LOG "echo $CNI_COMMAND >>$DIR/log\n"
#define IP  "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.0.0.5/8\"}]}"

static const struct {
	const char *script;
	int ret;
	const char *msg;
	const char *log;
} adds[] = {
	{ LOG "echo '" IP "'", 0, NULL, "ADD\n" },
	{ LOG "echo '{\"code\":100,\"msg\":\"full\"}'; exit 1", -EIO, "full",
	  "ADD\nDEL\n" },
	{ LOG "echo '{}'", -ENODATA, "IPAM plugin returned missing IP config",
	  "ADD\nDEL\n" },
	{ LOG "echo '{'", -EINVAL,
	  "failed to unmarshal raw result: ", "ADD\nDEL\n" },
	{ LOG "[ $CNI_COMMAND = DEL ] || kill -9 $$", -EIO,
	  "netplugin failed with no error message: signal: killed",
	  "ADD\nDEL\n" },
};

static void a_failed_ipam_add_is_followed_by_a_del(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_delegate delegate = { 0 };
		struct cni_error err;
		struct delegates d;
		char *log;
		int ret;

		delegates_init(&d, "{}", adds[i].script);
		assert_int_equal(cni_ipam_add_start(&d.call, "ipam", &delegate,
						    &err),
				 0);
		ret = cni_ipam_add_finish(&d.call, "ipam", &delegate, &result,
					  &err);
		assert_int_equal(ret, adds[i].ret);
		assert_int_equal(result.ip_count, ret ? 0 : 1);
		if (ret)
			assert_memory_equal(err.msg, adds[i].msg,
					    strlen(adds[i].msg));
		log = read_text(d.dir, "log");
		assert_string_equal(log, adds[i].log);
		free(log);
		delegates_done(&d);
	}
}

static void an_ipam_add_can_be_given_up_at_any_time(void **state)
{
	struct cni_delegate delegate = { 0 };
	struct delegates d;
	char *log;

	(void)state;
	delegates_init(&d, "{}", LOG "sleep 0.1; echo '" IP "'");
	assert_int_equal(cni_ipam_add_start(&d.call, "ipam", &delegate, NULL),
			 0);
	cni_ipam_add_abort(&d.call, "ipam", &delegate);
	log = read_text(d.dir, "log");
	assert_string_equal(log, "ADD\nDEL\n");
	free(log);
	delegates_done(&d);
}

static void a_delegate_that_is_dropped_does_not_survive(void **state)
{
	struct cni_delegate delegate = { 0 };
	struct delegates d;
	char *late;

	(void)state;
	delegates_init(&d, "{}", "sleep 0.3; echo x >$DIR/late");
	assert_int_equal(cni_delegate_start(&d.call, "ipam", CNI_COMMAND_DEL,
					    &delegate, NULL),
			 0);
	cni_delegate_done(&delegate);
	(void)usleep(500000);
	late = read_text(d.dir, "late");
	assert_string_equal(late, "");
	free(late);
	delegates_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starting_does_not_wait),
		cmocka_unit_test(one_that_hangs_is_killed_with_what_it_started),
		cmocka_unit_test(one_that_prints_megabytes_is_killed),
		cmocka_unit_test(megabytes_of_complaints_are_cut),
		cmocka_unit_test(
			one_that_does_not_read_its_input_is_no_failure),
		cmocka_unit_test(
			one_that_is_being_replaced_is_started_when_it_can),
		cmocka_unit_test(the_first_regular_file_is_taken),
		cmocka_unit_test(types_that_are_no_file_names_are_refused),
		cmocka_unit_test(a_file_that_cannot_be_executed_is_an_error),
		cmocka_unit_test(a_failed_ipam_add_is_followed_by_a_del),
		cmocka_unit_test(an_ipam_add_can_be_given_up_at_any_time),
		cmocka_unit_test(a_delegate_that_is_dropped_does_not_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
