/* SPDX-License-Identifier: Apache-2.0 */
/* version.c - CNI specification versions */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "cni/quote.h"
#include "cni/version.h"

static const char *const version_texts[CNI_VERSION_COUNT] = {
	[CNI_VERSION_0_1_0] = "0.1.0", [CNI_VERSION_0_2_0] = "0.2.0",
	[CNI_VERSION_0_3_0] = "0.3.0", [CNI_VERSION_0_3_1] = "0.3.1",
	[CNI_VERSION_0_4_0] = "0.4.0", [CNI_VERSION_1_0_0] = "1.0.0",
	[CNI_VERSION_1_1_0] = "1.1.0",
};

const char CNI_VERSION_REPLY[] =
	"{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.1.0\","
	"\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n";

const char CNI_VERSION_LIST[] =
	"0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0";

/* the same as a Go list of quoted strings, for the mismatch error */
static const char version_go_list[] =
	"[\"0.1.0\" \"0.2.0\" \"0.3.0\" \"0.3.1\" \"0.4.0\" \"1.0.0\" "
	"\"1.1.0\"]";

/* major, minor, micro */
struct numbers {
	int64_t part[3];
};

const char *cni_version_text(enum cni_version version)
{
	assert(version < CNI_VERSION_COUNT);
	return version_texts[version];
}

int cni_version_lookup(const char *text, enum cni_version *ret_version,
		       struct cni_error *reterr)
{
	char quoted[128];
	int ret;

	if (!text || !text[0])
		text = version_texts[CNI_VERSION_0_1_0];
	for (unsigned int i = 0; i < CNI_VERSION_COUNT; i++) {
		if (strcmp(text, version_texts[i]) == 0) {
			*ret_version = (enum cni_version)i;
			return 0;
		}
	}
	ret = cni_error_set(reterr, CNI_CODE_INCOMPATIBLE_VERSION,
			    EPROTONOSUPPORT, "incompatible CNI versions");
	cni_error_details(reterr, "config is %s, plugin supports %s",
			  cni_quote_string(quoted, sizeof(quoted), text),
			  version_go_list);
	return ret;
}

/* Go's Atoi: a sign is accepted, blanks and empty text are not. */
static int parse_number(const char *text, size_t len, int64_t *ret_number)
{
	bool negative = len && text[0] == '-';
	size_t i = len && (text[0] == '-' || text[0] == '+');
	int64_t number = 0;

	if (i == len)
		return -EINVAL;
	for (; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		if (number > (INT64_MAX - 9) / 10)
			return -ERANGE;
		number = number * 10 + (text[i] - '0');
	}
	*ret_number = negative ? -number : number;
	return 0;
}

static int parse_part(const char *text, size_t len, unsigned int index,
		      struct numbers *numbers, struct cni_error *reterr)
{
	static const char *const words[] = { "major", "minor", "micro" };
	char quoted[128];
	int ret;

	ret = parse_number(text, len, &numbers->part[index]);
	if (!ret)
		return 0;
	(void)cni_quote(quoted, sizeof(quoted), text, len);
	return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
			     "failed to convert %s version part %s: "
			     "strconv.Atoi: parsing %s: %s",
			     words[index], quoted, quoted,
			     ret == -ERANGE ? "value out of range"
					    : "invalid syntax");
}

static int parse_version(const char *text, struct numbers *ret_numbers,
			 struct cni_error *reterr)
{
	const char *next = text;
	char quoted[128];
	size_t dots = 0;

	for (const char *dot = text; (dot = strchr(dot, '.')); dot++)
		dots++;
	if (dots > 2)
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "invalid version %s: too many parts",
				     cni_quote_string(quoted, sizeof(quoted),
						      text));
	*ret_numbers = (struct numbers) { 0 };
	for (unsigned int i = 0; i <= dots; i++) {
		size_t len = strcspn(next, ".");
		int ret = parse_part(next, len, i, ret_numbers, reterr);

		if (ret)
			return ret;
		next += len + 1;
	}
	return 0;
}

static bool at_least(const struct numbers *one, const struct numbers *other)
{
	for (size_t i = 0; i < 3; i++) {
		if (one->part[i] != other->part[i])
			return one->part[i] > other->part[i];
	}
	return true;
}

static bool version_at_least(enum cni_version version,
			     const struct numbers *other)
{
	struct numbers numbers = { 0 };

	return parse_version(version_texts[version], &numbers, NULL) == 0 &&
	       at_least(&numbers, other);
}

int cni_version_allows(const char *text, enum cni_version since,
		       const char *verb, struct cni_error *reterr)
{
	struct numbers config = { 0 };
	struct numbers first = { 0 };
	enum cni_version version;
	int ret;

	if (!text || !text[0])
		text = version_texts[CNI_VERSION_0_1_0];
	ret = parse_version(text, &config, reterr);
	if (ret)
		return ret;
	ret = parse_version(version_texts[since], &first, reterr);
	if (ret)
		return ret;
	if (!at_least(&config, &first))
		return cni_error_set(reterr, CNI_CODE_INCOMPATIBLE_VERSION,
				     EPROTONOSUPPORT,
				     "config version does not allow %s", verb);
	if (!version_at_least(CNI_VERSION_CURRENT, &config))
		return cni_error_set(reterr, CNI_CODE_INCOMPATIBLE_VERSION,
				     EPROTONOSUPPORT,
				     "plugin version does not allow %s", verb);
	return cni_version_lookup(text, &version, reterr);
}
