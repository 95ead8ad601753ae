/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject.c - run a program and let it die, or a system call fail, at one place
 *
 *	inject count            [-1] [-s SET] -- PROGRAM [ARG...]
 *	inject kill PLACE       [-1] [-s SET] -- PROGRAM [ARG...]
 *	inject fail PLACE ERRNO [-1] [-s SET] -- PROGRAM [ARG...]
 *
 * A place is a system call of the program or of a process it starts, counted
 * from 1 in the order in which they are entered.  `count` runs it undisturbed
 * and prints how many there are on the last line of stderr.  `kill` ends the
 * process that enters the place with SIGKILL before the call is carried out;
 * `fail` lets the call return ERRNO (a name or a number) without being carried
 * out.  SET, names separated by commas, restricts places to those calls; -1
 * restricts them to the program itself, without the processes it starts.
 *
 * Exit status: the program's; 128 + signal when it was killed.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "test/fault/inject.c writes x86-64 registers"
#endif

enum mode { MODE_COUNT, MODE_KILL, MODE_FAIL };

static const struct {
	const char *name;
	long number;
} calls[] = {
	{ "open", SYS_open },
	{ "openat", SYS_openat },
	{ "read", SYS_read },
	{ "write", SYS_write },
	{ "pread64", SYS_pread64 },
	{ "pwrite64", SYS_pwrite64 },
	{ "rename", SYS_rename },
	{ "renameat", SYS_renameat },
	{ "renameat2", SYS_renameat2 },
	{ "link", SYS_link },
	{ "linkat", SYS_linkat },
	{ "symlink", SYS_symlink },
	{ "symlinkat", SYS_symlinkat },
	{ "unlink", SYS_unlink },
	{ "unlinkat", SYS_unlinkat },
	{ "mkdir", SYS_mkdir },
	{ "mkdirat", SYS_mkdirat },
	{ "ftruncate", SYS_ftruncate },
	{ "fsync", SYS_fsync },
	{ "fdatasync", SYS_fdatasync },
	{ "flock", SYS_flock },
	{ "socket", SYS_socket },
	{ "bind", SYS_bind },
	{ "sendto", SYS_sendto },
	{ "sendmsg", SYS_sendmsg },
	{ "recvfrom", SYS_recvfrom },
	{ "recvmsg", SYS_recvmsg },
	{ "setns", SYS_setns },
	{ "pipe2", SYS_pipe2 },
	{ "clone", SYS_clone },
	{ "vfork", SYS_vfork },
	{ "fork", SYS_fork },
	{ "execve", SYS_execve },
	{ "mmap", SYS_mmap },
	{ "brk", SYS_brk },
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },   { "EIO", EIO },
	{ "EPERM", EPERM },   { "EMFILE", EMFILE },   { "EINTR", EINTR },
	{ "EROFS", EROFS },   { "ENOBUFS", ENOBUFS }, { "EAGAIN", EAGAIN },
};

/* struct plan - what to do where */
struct plan {
	enum mode mode;
	long place;
	int error;
	bool restricted;
	bool alone;
	bool wanted[512];
};

#define MAX_PROCESSES 64

/* struct process - one that is traced; failing is set inside a failing call */
struct process {
	pid_t pid;
	bool inside;
	bool failing;
};

static struct process processes[MAX_PROCESSES];

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static struct process *process_of(pid_t pid)
{
	struct process *unused = NULL;

	for (size_t i = 0; i < MAX_PROCESSES; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
		if (!unused && processes[i].pid == 0)
			unused = &processes[i];
	}
	if (!unused)
		die("too many processes");
	*unused = (struct process) { .pid = pid };
	return unused;
}

static bool parse_set(const char *text, struct plan *plan)
{
	char copy[512];
	char *save = NULL;
	bool known;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	plan->restricted = true;
	for (char *name = strtok_r(copy, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		known = false;
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			if (strcmp(calls[i].name, name) == 0) {
				plan->wanted[calls[i].number] = true;
				known = true;
			}
		if (!known)
			return false;
	}
	return true;
}

static int parse_error(const char *text)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, text) == 0)
			return errors[i].number;
	return (int)strtol(text, NULL, 10);
}

static bool is_place(const struct plan *plan, long number)
{
	if (!plan->restricted)
		return true;
	return number >= 0 && number < 512 && plan->wanted[number];
}

/* Entry of a system call; returns true when the process was killed. */
static bool on_entry(struct plan *plan, struct process *process, long *seen)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, process->pid, NULL, &regs))
		return false;
	if (!is_place(plan, (long)regs.orig_rax) || ++*seen != plan->place)
		return false;
	if (plan->mode == MODE_KILL) {
		(void)kill(process->pid, SIGKILL);
		return true;
	}
	if (plan->mode == MODE_FAIL) {
		/* A call that does not exist is not carried out. */
		regs.orig_rax = (unsigned long long)-1;
		(void)ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
		process->failing = true;
	}
	return false;
}

static void on_exit_of_call(const struct plan *plan, struct process *process)
{
	struct user_regs_struct regs;

	if (!process->failing)
		return;
	process->failing = false;
	if (ptrace(PTRACE_GETREGS, process->pid, NULL, &regs))
		return;
	regs.rax = (unsigned long long)-(long long)plan->error;
	(void)ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
}

static long on_stop(struct plan *plan, pid_t pid, int status, long *seen)
{
	struct process *process = process_of(pid);
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80)) {
		process->inside = !process->inside;
		if (process->inside)
			(void)on_entry(plan, process, seen);
		else
			on_exit_of_call(plan, process);
		return 0;
	}
	/* ptrace's own events, and the first stop of a new process. */
	if (status >> 16 || signal == SIGSTOP || signal == SIGTRAP)
		return 0;
	return signal;
}

static int trace(struct plan *plan, pid_t first, long *seen)
{
	const long children = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			      PTRACE_O_TRACECLONE;
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			     PTRACE_O_EXITKILL | (plan->alone ? 0 : children);
	int result = 125;
	int status;
	pid_t pid;

	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, first, NULL, options))
		die("ptrace");
	(void)ptrace(PTRACE_SYSCALL, first, NULL, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			(void)ptrace(PTRACE_SYSCALL, pid, NULL,
				     on_stop(plan, pid, status, seen));
			continue;
		}
		process_of(pid)->pid = 0;
		if (pid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
	}
	return result;
}

static int usage(void)
{
	(void)fputs("usage: inject count|kill PLACE|fail PLACE ERRNO "
		    "[-1] [-s SET] -- PROGRAM [ARG...]\n",
		    stderr);
	return 125;
}

/* Return: index of the program's name in argv; -1 for bad usage. */
static int parse(int argc, char **argv, struct plan *plan)
{
	int i = 2;

	if (argc < 3)
		return -1;
	if (strcmp(argv[1], "kill") == 0 || strcmp(argv[1], "fail") == 0) {
		plan->mode = argv[1][0] == 'k' ? MODE_KILL : MODE_FAIL;
		plan->place = strtol(argv[i++], NULL, 10);
		if (plan->mode == MODE_FAIL && i < argc)
			plan->error = parse_error(argv[i++]);
	} else if (strcmp(argv[1], "count") != 0) {
		return -1;
	}
	if (i < argc && strcmp(argv[i], "-1") == 0) {
		plan->alone = true;
		i++;
	}
	if (i + 1 < argc && strcmp(argv[i], "-s") == 0) {
		if (!parse_set(argv[i + 1], plan))
			return -1;
		i += 2;
	}
	if (i + 1 >= argc || strcmp(argv[i], "--") != 0)
		return -1;
	return i + 1;
}

int main(int argc, char **argv)
{
	static struct plan plan;
	int program = parse(argc, argv, &plan);
	long seen = 0;
	pid_t pid;
	int result;

	if (program < 0)
		return usage();
	pid = fork();
	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)execvp(argv[program], argv + program);
		die(argv[program]);
	}
	if (pid < 0)
		die("fork");
	result = trace(&plan, pid, &seen);
	if (plan.mode == MODE_COUNT)
		(void)fprintf(stderr, "%ld\n", seen);
	return result;
}
