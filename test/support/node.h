/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node.h - a private "host" for a test: fresh network and mount namespaces
 *
 * The test program itself moves into them, so the library's sockets and every
 * program it starts are inside; nothing has to be cleaned up, whatever happens
 * to the test.  `ip netns` works inside, with a /run/netns of its own.
 */
#ifndef TEST_NODE_H
#define TEST_NODE_H

/* node_require() - exit with status 77 and a reason unless we may unshare */
void node_require(void);

/*
 * node_enter() - start over in a fresh host: lo up, forwarding on
 *
 * Forgets the namespaces of the host before.
 */
void node_enter(void);

/*
 * sh() - run a shell command; the test fails unless it succeeds
 *
 * Its output is shown when it fails.
 */
void sh(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* sh_status() - run a shell command; returns its exit status */
int sh_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* sh_output() - run a shell command that must succeed; free() its stdout */
char *sh_output(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * assert_output() - the command's stdout contains all of these texts
 * @command: shell command that must succeed
 * @...: texts, NULL-terminated
 */
void assert_output(const char *command, ...) __attribute__((sentinel));

/* assert_no_output() - as assert_output(), none of the texts is there */
void assert_no_output(const char *command, ...) __attribute__((sentinel));

#endif /* TEST_NODE_H */
