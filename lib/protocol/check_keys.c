/* SPDX-License-Identifier: Apache-2.0 */
/* check_keys.c - unknown configuration keys, with a suggestion */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "cni/check.h"
#include "cni/quote.h"

/* Longer keys get no suggestion. */
#define KEY_MAX 48

/* Spelling mistakes that still make a suggestion. */
#define TYPOS_MAX 3

/* What runtimes, the specification and skel know in every configuration. */
static const char *const standard_keys[] = {
	"cniVersion",
	"name",
	"type",
	"args",
	"capabilities",
	"runtimeConfig",
	"prevResult",
	"ipam",
	"dns",
	"cni.dev/valid-attachments",
	"cni.dev/attachments",
	"logFile",
	"logLevel",
	"delegateTimeoutSeconds",
};

/* Source: CNI CONVENTIONS.md; the last ones are containerd's and podman's. */
static const char *const capabilities[] = {
	"portMappings",
	"ipRanges",
	"bandwidth",
	"dns",
	"ips",
	"mac",
	"aliases",
	"infinibandGUID",
	"deviceID",
	"cgroupPath",
	"io.kubernetes.cri.pod-annotations",
};

#define CAPABILITY_COUNT (sizeof(capabilities) / sizeof(capabilities[0]))

/* A shorter word would resemble too many others. */
#define LETTERS_PER_TYPO 3

#define STANDARD_COUNT (sizeof(standard_keys) / sizeof(standard_keys[0]))

/**
 * struct known - all names that are right in one place
 * @standard: names of the specification
 * @standard_count: how many; 0 below the top level
 * @fields: the plugin's own
 * @count: how many
 */
struct known {
	const char *const *standard;
	size_t standard_count;
	const struct cni_json_field *fields;
	size_t count;
};

static const char *known_key(const struct known *known, size_t index)
{
	if (index < known->standard_count)
		return known->standard[index];
	return known->fields[index - known->standard_count].key;
}

static unsigned int least(unsigned int one, unsigned int two,
			  unsigned int three)
{
	unsigned int smaller = one < two ? one : two;

	return smaller < three ? smaller : three;
}

/* Levenshtein's edit distance, without regard to case. */
static unsigned int distance(const char *one, const char *other)
{
	unsigned int row[KEY_MAX + 1];
	size_t len = strlen(other);

	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; one[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i + 1;
		for (size_t j = 0; j < len; j++) {
			unsigned int same =
				strncasecmp(&one[i], &other[j], 1) == 0;
			unsigned int replaced = diagonal + !same;

			diagonal = row[j + 1];
			row[j + 1] =
				least(replaced, row[j] + 1, row[j + 1] + 1);
		}
	}
	return row[len];
}

static const char *suggest(const struct known *known, const char *key,
			   unsigned int *ret_typos)
{
	unsigned int best = TYPOS_MAX + 1;
	const char *found = NULL;

	if (strlen(key) > KEY_MAX)
		return NULL;
	for (size_t i = 0; i < known->standard_count + known->count; i++) {
		const char *candidate = known_key(known, i);
		unsigned int typos;

		if (strlen(candidate) > KEY_MAX)
			continue;
		typos = distance(key, candidate);
		/* A name of which nothing is left is not resembled. */
		if (typos < best && typos < strlen(candidate)) {
			best = typos;
			found = candidate;
		}
	}
	*ret_typos = best;
	return found;
}

static int refuse(const struct known *known, const char *where, const char *key,
		  struct cni_error *reterr)
{
	unsigned int typos;
	const char *instead = suggest(known, key, &typos);
	char quoted[96];

	(void)cni_quote_string(quoted, sizeof(quoted), key);
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "%s%sunknown key %s%s%s%s", where,
			     where[0] ? ": " : "", quoted,
			     instead ? ", did you mean \"" : "",
			     instead ? instead : "", instead ? "\"?" : "");
}

int cni_check_keys(json_object *object, const char *where,
		   const struct cni_json_field *fields, size_t count,
		   struct cni_error *reterr)
{
	const struct known known = {
		.standard = standard_keys,
		.standard_count = where[0] ? 0 : STANDARD_COUNT,
		.fields = fields,
		.count = count,
	};

	if (!json_object_is_type(object, json_type_object))
		return 0;
	json_object_object_foreach(object, key, value)
	{
		size_t i = 0;

		(void)value;
		while (i < known.standard_count + count &&
		       strcasecmp(key, known_key(&known, i)) != 0)
			i++;
		if (i == known.standard_count + count)
			return refuse(&known, where, key, reterr);
	}
	return 0;
}

int cni_check_capabilities(json_object *object, struct cni_error *reterr)
{
	const struct known known = {
		.standard = capabilities,
		.standard_count = CAPABILITY_COUNT,
	};

	if (!json_object_is_type(object, json_type_object))
		return 0;
	json_object_object_foreach(object, key, value)
	{
		unsigned int typos;
		const char *like = suggest(&known, key, &typos);

		if (!json_object_is_type(value, json_type_boolean))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL,
					     "expected true or "
					     "false, not %s",
					     cni_json_type_name(value));
		if (like && typos && typos * LETTERS_PER_TYPO <= strlen(like))
			return refuse(&known, "", key, reterr);
	}
	return 0;
}
