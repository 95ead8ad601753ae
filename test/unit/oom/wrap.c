/* SPDX-License-Identifier: Apache-2.0 */
/* wrap.c - let one allocation fail; the linker sends the callers here */
#include <json-c/json.h>

#include "wrap.h"

static unsigned int countdown;
static bool failed;

void fail_allocation(unsigned int n)
{
	countdown = n;
	failed = false;
}

bool allocation_has_failed(void)
{
	return failed;
}

static bool fails(void)
{
	if (!countdown || --countdown)
		return false;
	failed = true;
	return true;
}

/* WRAP() - a function that returns @failure when its turn to fail comes */
#define WRAP(type, name, failure, parameters, arguments) \
	type __real_##name parameters;                   \
	type __wrap_##name parameters;                   \
	type __wrap_##name parameters                    \
	{                                                \
		if (fails())                             \
			return failure;                  \
		return __real_##name arguments;          \
	}

WRAP(void *, calloc, NULL, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, NULL, (void *block, size_t size), (block, size))
WRAP(void *, reallocarray, NULL, (void *block, size_t count, size_t size),
     (block, count, size))
WRAP(char *, strdup, NULL, (const char *text), (text))
WRAP(json_tokener *, json_tokener_new_ex, NULL, (int depth), (depth))
WRAP(json_object *, json_object_new_object, NULL, (void), ())
WRAP(json_object *, json_object_new_array, NULL, (void), ())
WRAP(json_object *, json_object_new_array_ext, NULL, (int size), (size))
WRAP(json_object *, json_object_new_string, NULL, (const char *text), (text))
WRAP(json_object *, json_object_new_string_len, NULL,
     (const char *text, int len), (text, len))
WRAP(json_object *, json_object_new_boolean, NULL, (json_bool flag), (flag))
WRAP(json_object *, json_object_new_int64, NULL, (int64_t number), (number))
WRAP(int, json_object_array_add, -1, (json_object * array, json_object *item),
     (array, item))
WRAP(int, json_object_object_add_ex, -1,
     (json_object * object, const char *key, json_object *value,
      unsigned int flags),
     (object, key, value, flags))
WRAP(const char *, json_object_to_json_string, NULL, (json_object * object),
     (object))
