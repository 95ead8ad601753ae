/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mixed.c - the Go plugin and ours in one directory at the same time
 *
 * One test is a storm of parallel calls of both, the other a long random
 * sequence of calls of both and of changes by hand, compared with a model after
 * every step.  Needs no privileges, but Go's host-local (reference.sh).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "run.h"

#define WORKERS 32
/* ADD and DEL of each worker: 2,240 calls in all */
#define ROUNDS	   35
#define OPERATIONS 10000

/* Of 10.1.0.0/25; small enough for it to be full now and then. */
#define FIRST 2
#define LAST  126

static char go_plugin[4096];
static const char our_plugin[] = CNI_BIN_DIR "/host-local";

/**
 * struct world - one data directory and its configuration
 */
struct world {
	char *dir;
	char conf[4096];
};

/* 0 and the last octet of the address, or the error's code. */
struct answer {
	int status;
	int octet;
	int code;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char text[8192];

	assert_non_null(world);
	world->dir = temp_dir_new();
	(void)snprintf(text, sizeof(text),
		       "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"ipam\":{"
		       "\"type\":\"host-local\",\"dataDir\":\"%s\",\"ranges\":"
		       "[[{\"subnet\":\"10.1.0.0/25\"}]]}}",
		       world->dir);
	write_file(world->dir, "conf", text, 0600);
	(void)snprintf(world->conf, sizeof(world->conf), "%s/conf", world->dir);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	temp_dir_remove(world->dir);
	free(world);
	return 0;
}

/* In the child: the environment of a runtime. */
static void run_plugin(const struct world *world, const char *plugin,
		       const char *verb, const char *id, int out)
{
	int conf = open(world->conf, O_RDONLY);
	char command[64];
	char container[64];
	char ifname[] = "CNI_IFNAME=eth0";
	char netns[] = "CNI_NETNS=/dev/null";
	char path[] = "CNI_PATH=/";
	char *const argv[] = { path, NULL };
	char *const env[] = { command, container, ifname, netns, path, NULL };

	(void)snprintf(command, sizeof(command), "CNI_COMMAND=%s", verb);
	(void)snprintf(container, sizeof(container), "CNI_CONTAINERID=%s", id);
	if (dup2(conf, 0) == 0 && dup2(out, 1) == 1)
		(void)execve(plugin, argv, env);
	_exit(126);
}

static int number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? atoi(at + strlen(key)) : 0; /* NOLINT */
}

static struct answer call(const struct world *world, const char *plugin,
			  const char *verb, int number)
{
	int out = memfd_create("answer", 0);
	struct answer answer = { .status = -1 };
	char text[4096] = "";
	char id[32];
	int status;
	pid_t pid;

	(void)snprintf(id, sizeof(id), "container%d", number);
	pid = fork();
	if (pid == 0)
		run_plugin(world, plugin, verb, id, out);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		answer.status = WEXITSTATUS(status);
	(void)pread(out, text, sizeof(text) - 1, 0);
	(void)close(out);
	answer.octet = number_after(text, "\"address\": \"10.1.0.");
	answer.code = number_after(text, "\"code\": ");
	return answer;
}

static const char *either(unsigned int *seed)
{
	return rand_r(seed) % 2 ? our_plugin : go_plugin;
}

static void lease_path(const struct world *world, int octet, char *path,
		       size_t size)
{
	(void)snprintf(path, size, "%s/net/10.1.0.%d", world->dir, octet);
}

/* Whose lease is it by its file?  0 when there is none. */
static int owner_of(const struct world *world, int octet)
{
	char path[4096];
	char text[64] = "";
	int fd;
	ssize_t len;

	lease_path(world, octet, path, sizeof(path));
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	/* Complete, to the byte. */
	if (len < 7 || strcmp(text + len - 6, "\r\neth0") != 0)
		return -1;
	return number_after(text, "container");
}

/* mkdir() is the referee: an address that is given twice is found at once. */
static bool take(const struct world *world, int octet)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/held.%d", world->dir, octet);
	return mkdir(path, 0700) == 0;
}

static bool give_back(const struct world *world, int octet)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/held.%d", world->dir, octet);
	return rmdir(path) == 0;
}

/* Exit status of a worker: 0, or the line of what went wrong. */
static int work(const struct world *world, int worker)
{
	unsigned int seed = (unsigned int)worker * 7919U;
	struct answer answer;

	for (int round = 0; round < ROUNDS; round++) {
		int number = 1000 + worker * 100 + round;

		answer = call(world, either(&seed), "ADD", number);
		if (answer.status)
			return 1;
		if (!take(world, answer.octet))
			return 2;
		if (owner_of(world, answer.octet) != number)
			return 3;
		/* Every fifth stays. */
		if (round % 5 == 0 && worker < 10)
			continue;
		if (!give_back(world, answer.octet))
			return 4;
		answer = call(world, either(&seed), "DEL", number);
		if (answer.status)
			return 5;
	}
	return 0;
}

static void parallel_calls_of_both_share_the_addresses(void **state)
{
	const struct world *world = *state;
	pid_t workers[WORKERS];
	int stay = 0;
	int status;

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		assert_true(workers[i] >= 0);
		if (workers[i] == 0)
			_exit(work(world, i));
	}
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	for (int octet = FIRST; octet <= LAST; octet++) {
		int number = owner_of(world, octet);

		assert_true(number >= 0);
		assert_int_equal(!number, take(world, octet));
		stay += number > 0;
	}
	assert_int_equal(stay, 10 * (ROUNDS / 5));
}

/**
 * struct model - what the directory must hold
 * @owner: number of the container that has 10.1.0.<index>; 0 for nobody
 */
struct model {
	int owner[256];
};

static int address_of(const struct model *model, int number)
{
	for (int octet = FIRST; octet <= LAST; octet++)
		if (model->owner[octet] == number)
			return octet;
	return 0;
}

static bool is_full(const struct model *model)
{
	return address_of(model, 0) == 0;
}

static void do_add(const struct world *world, struct model *model,
		   const char *plugin, int number)
{
	struct answer answer = call(world, plugin, "ADD", number);
	bool ours = plugin == our_plugin;

	if (address_of(model, number)) {
		assert_int_equal(answer.code, ours ? 102 : 999);
		return;
	}
	if (is_full(model)) {
		assert_int_equal(answer.code, ours ? 100 : 999);
		return;
	}
	assert_int_equal(answer.status, 0);
	assert_in_range(answer.octet, FIRST, LAST);
	assert_int_equal(model->owner[answer.octet], 0);
	model->owner[answer.octet] = number;
}

static void do_del(const struct world *world, struct model *model,
		   const char *plugin, int number)
{
	assert_int_equal(call(world, plugin, "DEL", number).status, 0);
	model->owner[address_of(model, number)] = 0;
	model->owner[0] = 0;
}

static void do_check(const struct world *world, const struct model *model,
		     const char *plugin, int number)
{
	assert_int_equal(call(world, plugin, "CHECK", number).status,
			 address_of(model, number) ? 0 : 1);
}

static void put_lease(const struct world *world, int octet, const char *text)
{
	char dir[4096];
	char name[32];

	(void)snprintf(dir, sizeof(dir), "%s/net", world->dir);
	(void)mkdir(dir, 0755);
	(void)snprintf(name, sizeof(name), "10.1.0.%d", octet);
	write_file(dir, name, text, 0600);
}

/* Without the lock, as people do. */
static void do_by_hand(const struct world *world, struct model *model,
		       int number, int octet)
{
	char path[4096];
	char text[64];

	lease_path(world, octet, path, sizeof(path));
	if (model->owner[octet]) {
		assert_int_equal(unlink(path), 0);
		model->owner[octet] = 0;
	} else if (!address_of(model, number)) {
		(void)snprintf(text, sizeof(text), "container%d\r\neth0",
			       number);
		put_lease(world, octet, text);
		model->owner[octet] = number;
	}
}

static void compare(const struct world *world, const struct model *model)
{
	for (int octet = FIRST; octet <= LAST; octet++)
		assert_int_equal(owner_of(world, octet), model->owner[octet]);
}

static void calls_of_both_and_changes_by_hand_agree_with_a_model(void **state)
{
	const struct world *world = *state;
	struct model model = { { 0 } };
	unsigned int seed = 20260726;

	for (int i = 0; i < OPERATIONS; i++) {
		int number = 1 + (int)(rand_r(&seed) % 180);
		int octet = FIRST + (int)(rand_r(&seed) % (LAST - FIRST + 1));
		const char *plugin = either(&seed);

		switch (rand_r(&seed) % 12) {
		case 0:
		case 1:
			do_by_hand(world, &model, number, octet);
			break;
		case 2:
			do_check(world, &model, plugin, number);
			break;
		case 3:
		case 4:
		case 5:
		case 6:
			do_del(world, &model, plugin, number);
			break;
		default:
			do_add(world, &model, plugin, number);
			break;
		}
		if (i % 20 == 0)
			compare(world, &model);
	}
	compare(world, &model);
}

/* Prints the reason and skips when there is no Go plugin. */
static void find_reference(void)
{
	FILE *script = popen("bash " CNI_SOURCE_DIR /* NOLINT */
			     "/test/conformance/reference.sh",
			     "r");
	char line[4000] = "";

	if (!script || !fgets(line, sizeof(line), script) ||
	    pclose(script) != 0) {
		(void)printf("SKIP: %s\n", line);
		exit(77);
	}
	line[strcspn(line, "\n")] = '\0';
	(void)snprintf(go_plugin, sizeof(go_plugin), "%s/host-local", line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			parallel_calls_of_both_share_the_addresses, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			calls_of_both_and_changes_by_hand_agree_with_a_model,
			setup, teardown),
	};

	find_reference();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
