/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.c - malloc() for processes that live a millisecond
 *
 * A plugin allocates a few hundred small things, most of them for JSON, and
 * ends.  musl's allocator maps a page for every size of them and unmaps it
 * when the last one is freed: a fifth of a plugin's instructions, two dozen
 * system calls and as many page faults.  Here small blocks come one after the
 * other from an arena that begins in the program's own zeroed memory; freed
 * ones are kept by size.  What does not fit is mapped and unmapped one by one.
 *
 * Plugins have one thread; there is no lock.  As musl's allocator does, a
 * block that was freed twice, or whose header was overwritten by its
 * neighbour, ends the process.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What max_align_t needs on all 64-bit machines; sizes are multiples. */
#define ALIGN 16
/* Blocks up to this size are reused by exact size, larger ones by powers. */
#define EXACT_MAX  1024
#define EXACT_BINS (EXACT_MAX / ALIGN)
#define POWER_BINS 6
/* Larger blocks are mappings of their own. */
#define BLOCK_MAX ((size_t)EXACT_MAX << POWER_BINS)
/* Enough for the usual call of each plugin. */
#define FIRST_ARENA (64 * 1024)
#define NEXT_ARENA  (1024 * 1024)

#define STATE_LIVE   0x4c495645U
#define STATE_FREE   0x46524545U
#define STATE_MAPPED 0x4d415050U

/**
 * struct block - what is in front of the caller's bytes
 * @size: bytes that the caller may use
 * @state: one of STATE_*
 * @next: in a bin; not before a live block's bytes, but in them
 */
struct block {
	size_t size;
	uint32_t state;
	uint32_t unused;
	struct block *next;
};

#define HEADER offsetof(struct block, next)

static _Alignas(ALIGN) unsigned char first[FIRST_ARENA];
static unsigned char *place = first;
static unsigned char *end = first + sizeof(first);
static struct block *bins[EXACT_BINS + POWER_BINS];

_Static_assert(HEADER == ALIGN, "bytes after a header are aligned");

static void *bytes_of(struct block *block)
{
	return (unsigned char *)block + HEADER;
}

static struct block *block_of(void *bytes)
{
	return (struct block *)(void *)((unsigned char *)bytes - HEADER);
}

/* The bin of blocks for @size bytes; rounds it up to what they have. */
static size_t choose_bin(size_t *size)
{
	size_t rounded = EXACT_MAX;
	size_t bin = EXACT_BINS - 1;

	if (*size <= EXACT_MAX) {
		*size = *size ? (*size + ALIGN - 1) & ~(size_t)(ALIGN - 1)
			      : ALIGN;
		return *size / ALIGN - 1;
	}
	while (rounded < *size) {
		rounded *= 2;
		bin++;
	}
	*size = rounded;
	return bin;
}

static void *map(size_t len)
{
	void *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return bytes == MAP_FAILED ? NULL : bytes;
}

static void *allocate_mapped(size_t size)
{
	struct block *block;

	if (size > PTRDIFF_MAX - HEADER) {
		errno = ENOMEM;
		return NULL;
	}
	block = map(size + HEADER);
	if (!block)
		return NULL;
	block->size = size;
	block->state = STATE_MAPPED;
	return bytes_of(block);
}

/* @size as choose_bin() rounds it.  What is left of the old arena is lost. */
static struct block *carve(size_t size)
{
	struct block *block;

	if ((size_t)(end - place) < size + HEADER) {
		unsigned char *arena = map(NEXT_ARENA);

		if (!arena)
			return NULL;
		place = arena;
		end = arena + NEXT_ARENA;
	}
	block = (struct block *)(void *)place;
	place += size + HEADER;
	block->size = size;
	return block;
}

static void *allocate(size_t size, int zeroed)
{
	struct block *block;
	size_t bin;

	if (size > BLOCK_MAX)
		return allocate_mapped(size);
	bin = choose_bin(&size);
	block = bins[bin];
	if (block) {
		bins[bin] = block->next;
		if (zeroed)
			memset(bytes_of(block), 0, size);
	} else {
		block = carve(size);
		if (!block)
			return NULL;
	}
	block->state = STATE_LIVE;
	return bytes_of(block);
}

void *malloc(size_t size)
{
	return allocate(size, 0);
}

void *calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return allocate(total, 1);
}

void free(void *bytes)
{
	struct block *block;
	size_t size;
	size_t bin;

	if (!bytes)
		return;
	block = block_of(bytes);
	if (block->state == STATE_MAPPED) {
		int error = errno;

		(void)munmap(block, block->size + HEADER);
		errno = error;
		return;
	}
	if (block->state != STATE_LIVE)
		abort();
	size = block->size;
	bin = choose_bin(&size);
	if (size != block->size)
		abort();
	block->state = STATE_FREE;
	block->next = bins[bin];
	bins[bin] = block;
}

void *realloc(void *bytes, size_t size)
{
	struct block *block;
	void *larger;

	if (!bytes)
		return malloc(size);
	block = block_of(bytes);
	if (block->state != STATE_LIVE && block->state != STATE_MAPPED)
		abort();
	if (size <= block->size)
		return bytes;
	larger = malloc(size);
	if (!larger)
		return NULL;
	memcpy(larger, bytes, block->size);
	free(bytes);
	return larger;
}
