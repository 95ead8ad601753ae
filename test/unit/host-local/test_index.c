/* SPDX-License-Identifier: Apache-2.0 */
/* test_index.c - the index: fast when it is right, harmless when it is not */
#include <sys/wait.h>
#include <time.h>

#include "index.h"
#include "verb_env.h"

/* Is the index one that the next run will believe? */
static bool is_believed(const struct verb_env *env)
{
	int dir = open(in_net(env, ""), O_RDONLY | O_DIRECTORY);
	struct hl_index index;
	struct stat status;
	bool complete;

	assert_true(dir >= 0);
	assert_int_equal(fstat(dir, &status), 0);
	hl_index_open(&index, dir, &status);
	complete = index.complete;
	hl_index_done(&index);
	(void)close(dir);
	return complete;
}

static void make_id(char *id, size_t size, const char *prefix, int number)
{
	(void)snprintf(id, size, "%s%d", prefix, number);
}

static void every_change_of_ours_keeps_it(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_true(is_believed(env));
	assert_int_equal(check(env, "c1", NET29), 0);
	assert_true(is_believed(env));
	assert_int_equal(add(env, "c1", NET29), CNI_CODE_DUPLICATE_LEASE);
	assert_true(is_believed(env));
	assert_int_equal(del(env, "c1"), 0);
	assert_true(is_believed(env));
	assert_int_equal(del(env, "c1"), 0);
	assert_true(is_believed(env));
}

/* In the same tick of the kernel's clock as our own change, too. */
static void every_change_of_others_is_seen(void **state)
{
	struct verb_env *env = *state;

	for (int i = 0; i < 50; i++) {
		assert_add(env, "c1", NET29,
			   env->ips[0] ? env->ips : "10.1.0.2/29");
		put(env, "10.1.0.6", "other\r\neth0");
		assert_false(is_believed(env));
		assert_int_equal(check(env, "other", NET29), 0);
		assert_true(is_believed(env));
		assert_int_equal(unlink(in_net(env, "10.1.0.6")), 0);
		assert_false(is_believed(env));
		assert_int_equal(check(env, "c1", NET29), 0);
		assert_int_equal(unlink(in_net(env, "last_reserved_ip.0")), 0);
		assert_int_equal(del(env, "c1"), 0);
	}
}

static void leases_of_others_are_found_and_removed(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	put(env, "10.1.0.3", "c2\r\neth0");
	assert_int_equal(add(env, "c2", NET29), CNI_CODE_DUPLICATE_LEASE);
	assert_int_equal(unlink(in_net(env, "10.1.0.2")), 0);
	assert_add(env, "c1", NET29, "10.1.0.4/29");
	assert_int_equal(del(env, "c2"), 0);
	assert_int_equal(lease_count(env), 1);
}

/* Removed and made again under the same name, for somebody else. */
static void a_lease_that_changed_hands_is_seen(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_int_equal(unlink(in_net(env, "10.1.0.2")), 0);
	put(env, "10.1.0.2", "c2\r\neth0");
	assert_int_equal(check(env, "c1", NET29), CNI_CODE_CHECK_FAILED);
	assert_int_equal(del(env, "c1"), 0);
	assert_content(env, "10.1.0.2", "c2\r\neth0");
	assert_int_equal(del(env, "c2"), 0);
	assert_int_equal(lease_count(env), 0);
}

static void
written_over_in_place_it_is_not_removed_for_the_wrong_one(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	put(env, "10.1.0.2", "c2\r\neth0");
	assert_int_equal(del(env, "c1"), 0);
	assert_content(env, "10.1.0.2", "c2\r\neth0");
}

/* Never zero: parts of the file are random, and each byte must change. */
static void change_byte(const struct verb_env *env, off_t offset,
			unsigned char change)
{
	int fd = open(in_net(env, ".index"), O_RDWR);
	unsigned char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= change ? change : 1;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	(void)close(fd);
}

static void a_broken_header_is_not_believed(void **state)
{
	struct verb_env *env = *state;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	for (off_t i = 0; i < (off_t)sizeof(struct hl_index_header); i++) {
		change_byte(env, i, 0xa5);
		assert_false(is_believed(env));
		assert_int_equal(check(env, "c1", NET29), 0);
		assert_true(is_believed(env));
	}
}

/* Whatever is in the table: no wrong answer, no lease lost. */
static void a_broken_table_does_no_harm(void **state)
{
	struct verb_env *env = *state;
	struct stat status_now;

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	for (int round = 0; round < 40; round++) {
		assert_int_equal(stat(in_net(env, ".index"), &status_now), 0);
		for (off_t i = HL_INDEX_BLOCK; i < status_now.st_size;
		     i += 1 + round % 7)
			change_byte(env, i, (unsigned char)(i * 7 + round));
		assert_int_equal(check(env, "c1", NET29), 0);
		assert_int_equal(add(env, "c2", NET29), 0);
		assert_int_equal(del(env, "c2"), 0);
		assert_content(env, "10.1.0.2", "c1\r\neth0");
		assert_int_equal(lease_count(env), 1);
	}
	assert_int_equal(truncate(in_net(env, ".index"), 200), 0);
	assert_int_equal(check(env, "c1", NET29), 0);
	assert_true(is_believed(env));
}

static void without_a_file_for_it_all_works(void **state)
{
	struct verb_env *env = *state;

	put(env, "lock", "");
	assert_int_equal(mkdir(in_net(env, ".index"), 0700), 0);
	assert_add(env, "c1", NET29, "10.1.0.2/29");
	assert_add(env, "c2", NET29, "10.1.0.3/29");
	assert_int_equal(add(env, "c1", NET29), CNI_CODE_DUPLICATE_LEASE);
	assert_int_equal(check(env, "c2", NET29), 0);
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(lease_count(env), 1);
	assert_false(is_believed(env));
}

/* A copy with all of its time stamps is another directory. */
static void a_copied_directory_is_scanned(void **state)
{
	struct verb_env *env = *state;
	char command[9000];

	assert_add(env, "c1", NET29, "10.1.0.2/29");
	(void)snprintf(command, sizeof(command),
		       "cp -a %s/" NET " %s/copy && rm -r %s/" NET
		       " && mv %s/copy %s/" NET,
		       env->dir, env->dir, env->dir, env->dir, env->dir);
	assert_int_equal(system(command), 0); /* NOLINT */
	assert_false(is_believed(env));
	assert_int_equal(check(env, "c1", NET29), 0);
}

static void it_grows_and_forgets(void **state)
{
	enum { COUNT = 1500 };
	struct verb_env *env = *state;
	char id[32];

	for (int i = 0; i < COUNT; i++) {
		make_id(id, sizeof(id), "c", i);
		assert_int_equal(add(env, id, NET16), 0);
		if (i % 3 == 0) {
			make_id(id, sizeof(id), "c", i / 3 * 2);
			assert_int_equal(del(env, id), 0);
		}
	}
	assert_true(is_believed(env));
	for (int i = 0; i < COUNT; i++) {
		bool gone = i % 2 == 0 && i / 2 * 3 < COUNT;

		make_id(id, sizeof(id), "c", i);
		assert_int_equal(check(env, id, NET16),
				 gone ? CNI_CODE_CHECK_FAILED : 0);
	}
	for (int i = 0; i < COUNT; i++) {
		make_id(id, sizeof(id), "c", i);
		assert_int_equal(del(env, id), 0);
	}
	assert_int_equal(lease_count(env), 0);
}

static void a_full_pool_is_searched_quickly(void **state)
{
	enum { COUNT = 4000 };
	const char *ipam = "\"ranges\":[[{\"subnet\":\"10.1.0.0/16\","
			   "\"rangeEnd\":\"10.1.15.161\"}]]";
	struct verb_env *env = *state;
	struct timespec start;
	struct timespec end;
	char name[32];

	/* 10.1.0.2 ... 10.1.15.161, all in use but the one in the middle */
	for (int i = 2; i < COUNT + 2; i++) {
		(void)snprintf(name, sizeof(name), "10.1.%d.%d", i >> 8,
			       i & 255);
		if (i != 2000)
			put(env, name, "other\r\neth0");
	}
	assert_add(env, "c1", ipam, "10.1.7.208/16");
	assert_int_equal(del(env, "c1"), 0);
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &start), 0);
	assert_add(env, "c1", ipam, "10.1.7.208/16");
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &end), 0);
	/* Thousands of probes would be slower than this even when idle. */
	assert_true(end.tv_sec - start.tv_sec < 2);
	assert_int_equal(add(env, "c2", ipam), CNI_CODE_EXHAUSTED);
}

/**
 * struct model - what the directory must hold after random operations
 * @owner: number of the attachment that holds 10.1.0.<index>; 0 for none
 */
struct model {
	int owner[256];
};

static int address_of(const struct model *model, int number)
{
	for (int i = 0; i < 256; i++)
		if (model->owner[i] == number)
			return i;
	return 0;
}

static void model_name(char *name, size_t size, int address)
{
	(void)snprintf(name, size, "10.1.0.%d", address);
}

/* An address is given that nobody has, or the error is the right one. */
static void do_add(struct verb_env *env, struct model *model, int number,
		   const char *ipam)
{
	unsigned int given = 0;
	char id[32];
	int code;

	make_id(id, sizeof(id), "c", number);
	code = add(env, id, ipam);
	if (address_of(model, number)) {
		assert_int_equal(code, CNI_CODE_DUPLICATE_LEASE);
		return;
	}
	if (code == CNI_CODE_EXHAUSTED) {
		for (int i = 2; i < 127; i++)
			assert_int_not_equal(model->owner[i], 0);
		return;
	}
	assert_int_equal(code, 0);
	assert_int_equal(sscanf(env->ips, "10.1.0.%u/", &given), 1);
	assert_in_range(given, 2, 126);
	assert_int_equal(model->owner[given], 0);
	model->owner[given] = number;
}

static void do_del(struct verb_env *env, struct model *model, int number)
{
	char id[32];

	make_id(id, sizeof(id), "c", number);
	assert_int_equal(del(env, id), 0);
	model->owner[address_of(model, number)] = 0;
}

/* What a person does, without asking for the lock. */
static void do_by_hand(struct verb_env *env, struct model *model, int number,
		       int address)
{
	char name[32];
	char text[64];

	model_name(name, sizeof(name), address);
	if (model->owner[address]) {
		assert_int_equal(unlink(in_net(env, name)), 0);
		model->owner[address] = 0;
	} else if (!address_of(model, number)) {
		(void)snprintf(text, sizeof(text), "c%d\r\neth0", number);
		put(env, name, text);
		model->owner[address] = number;
	}
}

static void compare(const struct verb_env *env, const struct model *model)
{
	char name[32];
	char text[64];
	int count = 0;

	for (int i = 2; i < 127; i++) {
		if (!model->owner[i])
			continue;
		model_name(name, sizeof(name), i);
		(void)snprintf(text, sizeof(text), "c%d\r\neth0",
			       model->owner[i]);
		assert_content(env, name, text);
		count++;
	}
	assert_int_equal(lease_count(env), count);
}

static void random_operations_lose_and_double_nothing(void **state)
{
	const char *ipam = "\"ranges\":[[{\"subnet\":\"10.1.0.0/25\"}]]";
	struct verb_env *env = *state;
	struct model model = { { 0 } };
	unsigned int seed = 4711;

	for (int i = 0; i < 10000; i++) {
		int number = 1 + (int)(rand_r(&seed) % 160);
		int address = 2 + (int)(rand_r(&seed) % 125);

		switch (rand_r(&seed) % 8) {
		case 0:
			do_by_hand(env, &model, number, address);
			break;
		case 1:
		case 2:
		case 3:
			do_del(env, &model, number);
			break;
		default:
			do_add(env, &model, number, ipam);
			break;
		}
		model.owner[0] = 0;
		if (i % 100 == 0)
			compare(env, &model);
	}
	compare(env, &model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VERB_TEST(every_change_of_ours_keeps_it),
		VERB_TEST(every_change_of_others_is_seen),
		VERB_TEST(leases_of_others_are_found_and_removed),
		VERB_TEST(a_lease_that_changed_hands_is_seen),
		VERB_TEST(
			written_over_in_place_it_is_not_removed_for_the_wrong_one),
		VERB_TEST(a_broken_header_is_not_believed),
		VERB_TEST(a_broken_table_does_no_harm),
		VERB_TEST(without_a_file_for_it_all_works),
		VERB_TEST(a_copied_directory_is_scanned),
		VERB_TEST(it_grows_and_forgets),
		VERB_TEST(a_full_pool_is_searched_quickly),
		VERB_TEST(random_operations_lose_and_double_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
