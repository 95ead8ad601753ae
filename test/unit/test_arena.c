/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena.c - the static build's allocator */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_env.h"

/* Under other names: the process keeps its own. */
#define malloc	arena_malloc
#define calloc	arena_calloc
#define realloc arena_realloc
#define free	arena_free
void *arena_malloc(size_t size);
void *arena_calloc(size_t count, size_t size);
void *arena_realloc(void *bytes, size_t size);
void arena_free(void *bytes);
/* NOLINTNEXTLINE(bugprone-suspicious-include): to see inside */
#include "../../cmake/static/arena.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

static void blocks_are_aligned_and_do_not_overlap(void **state)
{
	unsigned char *blocks[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		blocks[i] = arena_malloc(i * 7);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % ALIGN, 0);
		memset(blocks[i], (int)i, i * 7);
	}
	for (size_t i = 0; i < 200; i++) {
		for (size_t j = 0; j < i * 7; j++)
			assert_int_equal(blocks[i][j], (int)i);
		arena_free(blocks[i]);
	}
}

static void freed_blocks_are_used_again(void **state)
{
	static const size_t sizes[] = { 1, 16, 1024, 1025, 5000, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *block = arena_malloc(sizes[i]);

		arena_free(block);
		assert_ptr_equal(arena_malloc(sizes[i]), block);
	}
}

static void calloc_clears_what_was_used(void **state)
{
	unsigned char *block = arena_malloc(100);

	(void)state;
	memset(block, 0xaa, 100);
	arena_free(block);
	block = arena_calloc(10, 10);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(block[i], 0);
	arena_free(block);
}

static void realloc_keeps_the_bytes(void **state)
{
	char *text = NULL;

	(void)state;
	for (size_t len = 1; len < 300000; len *= 3) {
		text = arena_realloc(text, len);
		assert_non_null(text);
		if (len > 1)
			assert_int_equal(text[len / 3 - 1], 'x');
		memset(text, 'x', len);
	}
	arena_free(text);
}

static void absurd_sizes_are_refused(void **state)
{
	(void)state;
	assert_null(arena_calloc(SIZE_MAX / 2, 3));
	assert_int_equal(errno, ENOMEM);
	assert_null(arena_malloc(SIZE_MAX - 8));
	assert_int_equal(errno, ENOMEM);
}

static void an_arena_that_is_full_is_followed_by_another(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		unsigned char *block = arena_malloc(60000);

		assert_non_null(block);
		memset(block, 1, 60000);
	}
}

static void free_twice(void)
{
	void *block = arena_malloc(32);

	arena_free(block);
	arena_free(block);
}

static void write_too_far(void)
{
	char *block = arena_malloc(48);
	char *other = arena_malloc(48);
	char *low = block < other ? block : other;
	char *high = block < other ? other : block;

	memset(low, 'x', (size_t)(high - low));
	arena_free(high);
}

static void assert_aborts(void (*mistake)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		mistake();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void mistakes_end_the_process(void **state)
{
	(void)state;
	assert_aborts(free_twice);
	assert_aborts(write_too_far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_aligned_and_do_not_overlap),
		cmocka_unit_test(freed_blocks_are_used_again),
		cmocka_unit_test(calloc_clears_what_was_used),
		cmocka_unit_test(realloc_keeps_the_bytes),
		cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(an_arena_that_is_full_is_followed_by_another),
		cmocka_unit_test(mistakes_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
