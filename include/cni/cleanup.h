/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanup.h - release memory, descriptors and JSON at scope end
 *
 * A variable declared with CNI_CLEANUP(kind) is released exactly once, when it
 * goes out of scope.  It is never closed, freed or put by hand: give it away
 * with cni_take_fd() or cni_take_ptr(), which leave it empty.  Undoing kernel
 * state is not cleanup: that is done by `goto undo_*` ladders, in the open.
 */
#ifndef CNI_CLEANUP_H
#define CNI_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct json_object;

/**
 * CNI_CLEANUP() - run cni_cleanup_<kind>() on the variable at scope end
 * @kind: fd (int, -1 is empty), free (malloc'd pointer), json (json_object *,
 *	one reference), file (FILE *), buf (struct cni_buf), or a kind that a
 *	header of this library adds with CNI_DEFINE_CLEANUP()
 */
#define CNI_CLEANUP(kind) __attribute__((cleanup(cni_cleanup_##kind)))

/**
 * CNI_DEFINE_CLEANUP() - make CNI_CLEANUP(kind) known for one more type
 * @kind: name used with CNI_CLEANUP()
 * @type: type of the variable
 * @release: function called with a pointer to the variable; must accept an
 *	empty (zeroed) one
 */
#define CNI_DEFINE_CLEANUP(kind, type, release)               \
	static inline void cni_cleanup_##kind(type *variable) \
	{                                                     \
		release(variable);                            \
	}                                                     \
	struct cni_cleanup_##kind##_needs_semicolon

static inline void cni_cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cni_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cni_cleanup_file(FILE **stream)
{
	if (*stream)
		(void)fclose(*stream);
}

/* Defined in lib/base/json.c, so that this header needs no json-c. */
void cni_cleanup_json(struct json_object **object);

/**
 * cni_take_fd() - move a descriptor out of a CNI_CLEANUP(fd) variable
 * @fd: the variable; -1 afterwards
 *
 * Return: the descriptor, now owned by the caller.
 */
static inline int cni_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The caller's pointer type is kept by the macro below. */
static inline void *cni_take_ptr_erased(void *pointer)
{
	void **slot = pointer;
	void *taken = *slot;

	*slot = NULL;
	return taken;
}

/**
 * cni_take_ptr() - move a pointer out of a CNI_CLEANUP() variable
 * @variable: the variable itself (not its address); NULL afterwards
 *
 * Return: the pointer, now owned by the caller.
 */
#define cni_take_ptr(variable) cni_take_ptr_erased(&(variable))

#endif /* CNI_CLEANUP_H */
