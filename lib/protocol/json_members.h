/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_members.h - making a small JSON object, member by member
 *
 * Go writes results of 0.x in the order of its structures and those of 1.x
 * with sorted names, because they went through a map.  So members are gathered
 * in the order of the structures first.  Failures are sticky: only
 * cni_json_members_finish() needs a check.
 */
#ifndef LIB_JSON_MEMBERS_H
#define LIB_JSON_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/ip.h"
#include "cni/json.h"

#define CNI_JSON_MEMBERS_MAX 8

/**
 * struct cni_json_members - the members so far; zero-initialise
 * @items: keys, which must be string constants, and values, owned
 * @count: how many
 * @failed: out of memory
 */
struct cni_json_members {
	struct {
		const char *key;
		json_object *value;
	} items[CNI_JSON_MEMBERS_MAX];
	size_t count;
	bool failed;
};

/** cni_json_put() - add a value, which is taken; NULL means out of memory */
void cni_json_put(struct cni_json_members *members, const char *key,
		  json_object *value);

/** cni_json_put_string() - add a string; NULL counts as "" */
void cni_json_put_string(struct cni_json_members *members, const char *key,
			 const char *text);

/** cni_json_put_text() - add a string unless it is NULL or empty */
void cni_json_put_text(struct cni_json_members *members, const char *key,
		       const char *text);

/** cni_json_put_int() - add a number */
void cni_json_put_int(struct cni_json_members *members, const char *key,
		      int64_t number);

/** cni_json_put_nonzero() - add a number unless it is 0 */
void cni_json_put_nonzero(struct cni_json_members *members, const char *key,
			  int64_t number);

/** cni_json_put_addr() - add an address unless there is none */
void cni_json_put_addr(struct cni_json_members *members, const char *key,
		       const struct cni_addr *addr);

/** cni_json_put_prefix() - add a prefix; no address is written "<nil>" */
void cni_json_put_prefix(struct cni_json_members *members, const char *key,
			 const struct cni_prefix *prefix);

/**
 * cni_json_append() - add an element to an array
 * @array: the array
 * @item: taken, also on failure; NULL means out of memory
 *
 * Return: 0 or -ENOMEM.
 */
int cni_json_append(json_object *array, json_object *item);

/**
 * cni_json_members_finish() - make the object
 * @members: empty afterwards
 * @sorted: order by name instead of the order of adding
 *
 * Return: owned by the caller; NULL when memory ran out, now or before.
 */
json_object *cni_json_members_finish(struct cni_json_members *members,
				     bool sorted);

#endif /* LIB_JSON_MEMBERS_H */
