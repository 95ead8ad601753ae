/* SPDX-License-Identifier: Apache-2.0 */
/* cni_args.c - the CNI_ARGS variable: K=V pairs separated by ';' */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cni/args.h"
#include "cni/cleanup.h"
#include "cni/quote.h"

#define IGNORE_UNKNOWN "IgnoreUnknown"

/**
 * struct parse - the state of one pass over CNI_ARGS
 * @known: the caller's keys
 * @count: how many
 * @ignore_unknown: last value of IgnoreUnknown
 * @unknown: Go list of the pairs with other keys, for the error
 * @used: its length
 */
struct parse {
	const struct cni_arg *known;
	size_t count;
	bool ignore_unknown;
	char unknown[CNI_ERROR_TEXT_MAX];
	size_t used;
};

static int parse_bool(const char *pair, const char *value, bool *ret_flag,
		      struct cni_error *reterr)
{
	char quoted[128];

	if (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0) {
		*ret_flag = true;
		return 0;
	}
	if (strcmp(value, "0") == 0 || strcasecmp(value, "false") == 0) {
		*ret_flag = false;
		return 0;
	}
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "ARGS: error parsing value of pair %s: boolean "
			     "unmarshal error: invalid input %s",
			     cni_quote_string(quoted, sizeof(quoted), pair),
			     value);
}

static void note_unknown(struct parse *parse, const char *pair)
{
	size_t room = sizeof(parse->unknown) - parse->used;

	/* Enough for a blank and the shortest quoted text. */
	if (room < 20)
		return;
	if (parse->used)
		parse->unknown[parse->used++] = ' ';
	(void)cni_quote_string(parse->unknown + parse->used,
			       sizeof(parse->unknown) - parse->used, pair);
	parse->used += strlen(parse->unknown + parse->used);
}

static int set_value(char **slot, const char *value, struct cni_error *reterr)
{
	char *copy = strdup(value);

	if (!copy)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "ARGS");
	free(*slot);
	*slot = copy;
	return 0;
}

static int parse_pair(struct parse *parse, const char *pair,
		      struct cni_error *reterr)
{
	const char *equals = strchr(pair, '=');
	char quoted[256];
	size_t key_len;

	if (!equals)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "ARGS: invalid pair %s",
				     cni_quote_string(quoted, sizeof(quoted),
						      pair));
	key_len = (size_t)(equals - pair);
	if (key_len == strlen(IGNORE_UNKNOWN) &&
	    memcmp(pair, IGNORE_UNKNOWN, key_len) == 0)
		return parse_bool(pair, equals + 1, &parse->ignore_unknown,
				  reterr);
	for (size_t i = 0; i < parse->count; i++) {
		const struct cni_arg *arg = &parse->known[i];

		if (strlen(arg->key) == key_len &&
		    memcmp(arg->key, pair, key_len) == 0)
			return set_value(arg->ret_value, equals + 1, reterr);
	}
	note_unknown(parse, pair);
	return 0;
}

int cni_args_parse(const char *text, const struct cni_arg *known, size_t count,
		   struct cni_error *reterr)
{
	struct parse parse = { .known = known, .count = count };
	CNI_CLEANUP(free) char *copy = NULL;
	char *next;
	int ret;

	if (!text[0])
		return 0;
	copy = strdup(text);
	if (!copy)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "ARGS");
	for (char *pair = copy; pair; pair = next) {
		next = strchr(pair, ';');
		if (next)
			*next++ = '\0';
		if (!pair[0])
			continue;
		ret = parse_pair(&parse, pair, reterr);
		if (ret)
			return ret;
	}
	if (parse.used && !parse.ignore_unknown)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "ARGS: unknown args [%s]", parse.unknown);
	return 0;
}
