/* SPDX-License-Identifier: Apache-2.0 */
/* batch_dump.c - a transaction of nf_tables as text, and golden files of it */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "cmocka_env.h"

#include "batch_dump.h"
#include "cni/file.h"

#define GOLDEN_MAX 262144

/*
 * How an attribute is written, by the first character of its name: '=' number,
 * '"' string, '#' bytes, '{' nest of the names in @nested, '[' list of such.
 */
struct names {
	const char *attrs[20];
	const struct names *nested[20];
};

static const struct names verdict = { { [1] = "=code", "\"chain" }, { 0 } };
static const struct names data = { { [1] = "#value", "{verdict" },
				   { [2] = &verdict } };
static const struct names hook = { { [1] = "=hooknum", "=priority" }, { 0 } };
static const struct names desc = { { [1] = "=size" }, { 0 } };

static const struct names table = {
	{ [1] = "\"name", "=flags", [6] = "#userdata" },
	{ 0 }
};
static const struct names chain = {
	{ [1] = "\"table", [3] = "\"name", "{hook", "=policy", [7] = "\"type" },
	{ [4] = &hook },
};
static const struct names set = {
	{ [1] = "\"table",
	  "\"name",
	  "=flags",
	  "=key_type",
	  "=key_len",
	  "=data_type",
	  "=data_len",
	  [9] = "{desc",
	  "=id",
	  "=timeout",
	  [13] = "#userdata" },
	{ [9] = &desc },
};
static const struct names element = {
	{ [1] = "{key",
	  "{data",
	  "=flags",
	  "=timeout",
	  "=expiration",
	  "#userdata" },
	{ [1] = &data, &data },
};
static const struct names elements = {
	{ [1] = "\"table", "\"set", "[elements", "=set_id" },
	{ [3] = &element },
};

static const struct names bitwise = {
	{ [1] = "=sreg", "=dreg", "=len", "{mask", "{xor", "=op" },
	{ [4] = &data, &data },
};
static const struct names cmp = { { [1] = "=sreg", "=op", "{data" },
				  { [3] = &data } };
static const struct names ct = {
	{ [1] = "=dreg", "=key", "=direction", "=sreg" },
	{ 0 }
};
static const struct names dynset = {
	{ [1] = "\"set",
	  "=set_id",
	  "=op",
	  "=sreg_key",
	  "=sreg_data",
	  "=timeout",
	  [9] = "=flags" },
	{ 0 },
};
static const struct names fib = { { [1] = "=dreg", "=result", "=flags" },
				  { 0 } };
static const struct names immediate = { { [1] = "=dreg", "{data" },
					{ [2] = &data } };
static const struct names lookup = {
	{ [1] = "\"set", "=sreg", "=dreg", "=set_id", "=flags" },
	{ 0 }
};
static const struct names masq = {
	{ [1] = "=flags", "=reg_proto_min", "=reg_proto_max" },
	{ 0 }
};
static const struct names meta = { { [1] = "=dreg", "=key", "=sreg" }, { 0 } };
static const struct names nat = {
	{ [1] = "=type",
	  "=family",
	  "=reg_addr_min",
	  "=reg_addr_max",
	  "=reg_proto_min",
	  "=reg_proto_max",
	  "=flags" },
	{ 0 },
};
static const struct names payload = {
	{ [1] = "=dreg", "=base", "=offset", "=len" },
	{ 0 }
};
static const struct names range = { { [1] = "=sreg", "=op", "{from", "{to" },
				    { [3] = &data, &data } };

static const struct {
	const char *name;
	const struct names *names;
} expressions[] = {
	{ "bitwise", &bitwise }, { "cmp", &cmp },
	{ "ct", &ct },		 { "dynset", &dynset },
	{ "fib", &fib },	 { "immediate", &immediate },
	{ "lookup", &lookup },	 { "masq", &masq },
	{ "meta", &meta },	 { "nat", &nat },
	{ "payload", &payload }, { "range", &range },
};

/* Marks the place where an expression's data depends on its name. */
static const struct names expression = { { [1] = "\"name", "{data" }, { 0 } };
static const struct names rule = {
	{ [1] = "\"table",
	  "\"chain",
	  "=handle",
	  "[expressions",
	  [7] = "#userdata" },
	{ [4] = &expression },
};

static const struct {
	const char *name;
	const struct names *names;
} messages[] = {
	[NFT_MSG_NEWTABLE] = { "newtable", &table },
	[NFT_MSG_DELTABLE] = { "deltable", &table },
	[NFT_MSG_NEWCHAIN] = { "newchain", &chain },
	[NFT_MSG_DELCHAIN] = { "delchain", &chain },
	[NFT_MSG_NEWRULE] = { "newrule", &rule },
	[NFT_MSG_DELRULE] = { "delrule", &rule },
	[NFT_MSG_NEWSET] = { "newset", &set },
	[NFT_MSG_DELSET] = { "delset", &set },
	[NFT_MSG_NEWSETELEM] = { "newsetelem", &elements },
	[NFT_MSG_DELSETELEM] = { "delsetelem", &elements },
};

/* libmnl's own macros do not compile with -Wconversion. */
#define for_each(attr, first, len)                                            \
	for (const char *next_end = (const char *)((attr) = (first)) + (len); \
	     mnl_attr_ok(attr, (int)(next_end - (const char *)(attr)));       \
	     (attr) = mnl_attr_next(attr))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void dump_nest(const struct nlattr *nest, const struct names *names,
		      struct cni_buf *text);

/* Texts among the bytes, such as comments in userdata, stay legible. */
static void dump_bytes(const struct nlattr *attr, struct cni_buf *text)
{
	const uint8_t *bytes = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	for (size_t i = 0; i < len; i++) {
		size_t run = i;

		while (run < len && isprint(bytes[run]) && bytes[run] != '\'')
			run++;
		if (run - i >= 8) {
			cni_buf_addf(text, "'%.*s'", (int)(run - i),
				     (const char *)bytes + i);
			i = run - 1;
		} else {
			cni_buf_addf(text, "%02x", bytes[i]);
		}
	}
}

static uint64_t big_endian(const struct nlattr *attr)
{
	const uint8_t *bytes = mnl_attr_get_payload(attr);
	uint64_t value = 0;

	for (size_t i = 0; i < mnl_attr_get_payload_len(attr); i++)
		value = value << 8 | bytes[i];
	return value;
}

static const struct names *names_of_expression(const char *name)
{
	for (size_t i = 0; i < COUNT(expressions); i++)
		if (strcmp(expressions[i].name, name) == 0)
			return expressions[i].names;
	return &verdict;
}

static void dump_expression(const struct nlattr *nest, struct cni_buf *text)
{
	const struct nlattr *attr;
	const char *name = "?";

	for_each(attr, mnl_attr_get_payload(nest),
		 mnl_attr_get_payload_len(nest))
	{
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME) {
			name = mnl_attr_get_payload(attr);
			cni_buf_addf(text, " %s", name);
		} else {
			dump_nest(attr, names_of_expression(name), text);
		}
	}
}

static void dump_list(const struct nlattr *list, const struct names *names,
		      struct cni_buf *text)
{
	const struct nlattr *item;

	for_each(item, mnl_attr_get_payload(list),
		 mnl_attr_get_payload_len(list))
	{
		cni_buf_add(text, "\n   ");
		if (names == &expression)
			dump_expression(item, text);
		else
			dump_nest(item, names, text);
	}
}

static void dump_attr(const struct nlattr *attr, const struct names *names,
		      struct cni_buf *text)
{
	uint16_t type = mnl_attr_get_type(attr);
	const char *name = type < COUNT(names->attrs) ? names->attrs[type]
						      : NULL;

	if (!name) {
		cni_buf_addf(text, " ?%u=", type);
		dump_bytes(attr, text);
		return;
	}
	if (name[0] == '[') {
		dump_list(attr, names->nested[type], text);
		return;
	}
	cni_buf_addf(text, " %s=", name + 1);
	if (name[0] == '=') {
		cni_buf_addf(text, "0x%0*llx",
			     (int)(2 * mnl_attr_get_payload_len(attr)),
			     (unsigned long long)big_endian(attr));
	} else if (name[0] == '"') {
		cni_buf_addf(text, "\"%s\"", mnl_attr_get_str(attr));
	} else if (name[0] == '#') {
		dump_bytes(attr, text);
	} else {
		cni_buf_add(text, "{");
		dump_nest(attr, names->nested[type], text);
		cni_buf_add(text, " }");
	}
}

static void dump_nest(const struct nlattr *nest, const struct names *names,
		      struct cni_buf *text)
{
	const struct nlattr *attr;

	for_each(attr, mnl_attr_get_payload(nest),
		 mnl_attr_get_payload_len(nest)) dump_attr(attr, names, text);
}

static void dump_flags(uint16_t flags, struct cni_buf *text)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} known[] = {
		{ NLM_F_CREATE, "create" }, { NLM_F_EXCL, "excl" },
		{ NLM_F_APPEND, "append" }, { NLM_F_ACK, "ack" },
		{ NLM_F_ECHO, "echo" },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (flags & known[i].flag)
			cni_buf_addf(text, " %s", known[i].name);
}

static void dump_message(const struct nlmsghdr *message, struct cni_buf *text)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	unsigned int type = message->nlmsg_type & 0xff;
	const struct nlattr *attr;

	if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN)
		cni_buf_add(text, "batch_begin");
	else if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		 type >= COUNT(messages) || !messages[type].name)
		fail_msg("message of type 0x%x", message->nlmsg_type);
	else
		cni_buf_addf(text, "%s family=%u", messages[type].name,
			     header->nfgen_family);
	dump_flags(message->nlmsg_flags, text);
	/* nfgenmsg has 4 bytes: nothing is padded */
	for_each(attr, (const void *)(header + 1),
		 mnl_nlmsg_get_payload_len(message) - sizeof(*header))
	{
		if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN)
			cni_buf_addf(text, " genid=0x%08llx",
				     (unsigned long long)big_endian(attr));
		else
			dump_attr(attr, messages[type].names, text);
	}
	cni_buf_add(text, "\n");
}

void dump_batch(const struct cni_nft_batch *batch, struct cni_buf *text)
{
	const struct nlmsghdr *message = (const void *)batch->req.bytes;
	int len = (int)batch->req.len;

	assert_int_equal(batch->req.error, 0);
	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len))
		dump_message(message, text);
	assert_int_equal(len, 0);
}

static void write_golden(const char *path, const char *text)
{
	CNI_CLEANUP(fd)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || cni_write_all(fd, text, strlen(text)) < 0)
		fail_msg("cannot write %s", path);
}

/* Tells the first line that differs. */
static void assert_same_lines(const char *path, const char *golden,
			      const char *text)
{
	size_t start = 0;
	size_t line = 1;
	size_t i = 0;

	for (; golden[i] && golden[i] == text[i]; i++) {
		if (text[i] != '\n')
			continue;
		start = i + 1;
		line++;
	}
	if (golden[i] != text[i])
		fail_msg("%s:%zu: sent is\n%.*s", path, line,
			 (int)strcspn(text + start, "\n"), text + start);
}

void assert_golden_file(const char *path, const char *text)
{
	CNI_CLEANUP(free) char *golden = calloc(1, GOLDEN_MAX);
	const char *update = getenv("CNI_GOLDEN_UPDATE");

	if (update && strcmp(update, "1") == 0)
		write_golden(path, text);
	assert_non_null(golden);
	if (cni_read_file_at(AT_FDCWD, path, golden, GOLDEN_MAX) < 0)
		fail_msg("cannot read %s", path);
	assert_same_lines(path, golden, text);
}
