/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_text.c - reading the output of iptables-save */
#include <string.h>

#include <sys/socket.h>

#include "cni/iptables.h"

/* Quotes and escapes only grow a word, so the line's length is enough. */
#define WORD_MAX 1024

/**
 * struct word - one word of a rule
 * @text: unquoted, NUL-terminated; cut at WORD_MAX
 * @len: bytes in @text
 */
struct word {
	char text[WORD_MAX];
	size_t len;
};

static void word_append(struct word *word, char c)
{
	if (word->len < sizeof(word->text) - 1)
		word->text[word->len++] = c;
	word->text[word->len] = '\0';
}

/*
 * The rules of add_param_to_argv() in iptables: words are separated by blanks,
 * double quotes keep blanks together, a backslash inside them takes the next
 * byte as it is.
 */
static bool next_word(const char **cursor, struct word *ret_word)
{
	const char *p = *cursor + strspn(*cursor, " \t");
	bool quoted = false;

	ret_word->len = 0;
	ret_word->text[0] = '\0';
	if (!*p)
		return false;
	for (; *p && (quoted || !strchr(" \t", *p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (quoted && *p == '\\' && p[1])
			word_append(ret_word, *++p);
		else
			word_append(ret_word, *p);
	}
	*cursor = p;
	return true;
}

static bool copy_name(char *name, size_t size, const struct word *word)
{
	if (word->len >= size)
		return false;
	memcpy(name, word->text, word->len + 1);
	return true;
}

/* "-s 10.1.0.2/32"; a bare address is what `iptables -S` of old printed. */
static void parse_source(const struct word *word, int family,
			 struct cni_prefix *ret_source)
{
	struct cni_prefix source = { 0 };

	if (cni_prefix_parse(word->text, &source) < 0) {
		if (cni_addr_parse(word->text, &source.addr) < 0)
			return;
		source.len = cni_addr_bits(&source.addr);
	}
	if (source.addr.family == family)
		*ret_source = source;
}

/* False when a name of the rule cannot be one of iptables'. */
static bool take_option(const char *option, bool negated,
			const struct word *value, int family,
			struct cni_iptables_rule *rule)
{
	if (strcmp(option, "-A") == 0)
		return copy_name(rule->chain, sizeof(rule->chain), value);
	if (strcmp(option, "-j") == 0 || strcmp(option, "-g") == 0)
		return copy_name(rule->target, sizeof(rule->target), value);
	if (strcmp(option, "--comment") == 0 && !rule->comment[0])
		return copy_name(rule->comment, sizeof(rule->comment), value);
	if (strcmp(option, "-s") == 0 && !negated)
		parse_source(value, family, &rule->source);
	return true;
}

static bool has_value(const char *option)
{
	static const char *const options[] = { "-A", "-j", "-g", "-s",
					       "--comment" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(option, options[i]) == 0)
			return true;
	return false;
}

static bool parse_line(const char *line, int family,
		       struct cni_iptables_rule *rule)
{
	char option[sizeof("--comment")];
	const char *cursor = line;
	bool negated = false;
	struct word word;

	*rule = (struct cni_iptables_rule) { .line = line };
	while (next_word(&cursor, &word)) {
		if (!has_value(word.text)) {
			negated = strcmp(word.text, "!") == 0;
			continue;
		}
		memcpy(option, word.text, word.len + 1);
		if (!next_word(&cursor, &word) ||
		    !take_option(option, negated, &word, family, rule))
			return false;
		negated = false;
	}
	return rule->chain[0] != '\0';
}

bool cni_iptables_next_rule(char **cursor, int family,
			    struct cni_iptables_rule *ret_rule)
{
	while (**cursor) {
		char *line = *cursor;
		size_t len = strcspn(line, "\n");

		*cursor = line + len + (line[len] == '\n');
		line[len] = '\0';
		/* iptables-save -c puts counters in front. */
		if (line[0] == '[') {
			line += strcspn(line, "]");
			line += line[0] == ']';
			line += strspn(line, " ");
		}
		if (strncmp(line, "-A ", 3) == 0 &&
		    parse_line(line, family, ret_rule))
			return true;
	}
	return false;
}
