/* SPDX-License-Identifier: Apache-2.0 */
/* skel_rows.h - environments and inputs of a plugin, and its answers */
#ifndef SKEL_ROWS_H
#define SKEL_ROWS_H

#include <stddef.h>

#define VERSION_LINE                                                  \
	"{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.1.0\"," \
	"\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n"

/* enum oracle - how the Go plugin's answer is compared with ours */
enum oracle {
	EQUAL,	 /* same exit status, same JSON */
	CURRENT, /* the same; plugins before 1.6.0 answer otherwise */
	CODE,	 /* same exit status, same code; the text is Go's decoder's */
	OURS,	 /* we differ on purpose; the row says why */
};

/*
 * struct row - one invocation
 * @what: name of the row; why it differs for OURS
 * @env: NULL-terminated
 * @input: stdin; @ is replaced by a directory of its own
 * @status: exit status
 * @code: of the error object; -1 when stdout must be @msg as it stands
 * @msg: of the error object; a '*' at the end matches the rest
 * @details: of the error object, as @msg; NULL for none
 * @oracle: as above
 */
struct row {
	const char *what;
	const char *env[8];
	const char *input;
	int status;
	int code;
	const char *msg;
	const char *details;
	enum oracle oracle;
};

#define CONF_NAMED(version, name)                                     \
	"{\"cniVersion\":" version ",\"name\":" name                  \
	",\"type\":\"host-local\",\"ipam\":{\"type\":\"host-local\"," \
	"\"subnet\":\"10.1.0.0/24\",\"dataDir\":\"@\"}}"
#define CONF(version) CONF_NAMED("\"" version "\"", "\"net\"")

#define ID    "CNI_CONTAINERID=c1"
#define NS    "CNI_NETNS=/dev/null"
#define IF    "CNI_IFNAME=eth0"
#define PATH  "CNI_PATH=/bin"
#define ADD   "CNI_COMMAND=ADD"
#define DEL   "CNI_COMMAND=DEL"
#define CHECK "CNI_COMMAND=CHECK"
#define GC    "CNI_COMMAND=GC"
#define STAT  "CNI_COMMAND=STATUS"
#define ALL   ID, NS, IF, PATH

#define MISMATCH(version)                                                  \
	"config is \"" version "\", plugin supports [\"0.1.0\" \"0.2.0\" " \
	"\"0.3.0\" \"0.3.1\" \"0.4.0\" \"1.0.0\" \"1.1.0\"]"
#define MISSING(list) "required env variables [" list "] missing"

#define RESULT_1(version)                                                      \
	"{\n    \"cniVersion\": \"" version "\",\n    \"ips\": [\n        {\n" \
	"            \"address\": \"10.1.0.2/24\",\n"                          \
	"            \"gateway\": \"10.1.0.1\"\n        }\n    ]\n}"
#define RESULT_3(version)                                                      \
	"{\n    \"cniVersion\": \"" version "\",\n    \"ips\": [\n        {\n" \
	"            \"version\": \"4\",\n"                                    \
	"            \"address\": \"10.1.0.2/24\",\n"                          \
	"            \"gateway\": \"10.1.0.1\"\n        }\n    ],\n"           \
	"    \"dns\": {}\n}"
#define RESULT_0(version)                                           \
	"{\n    \"cniVersion\": \"" version "\",\n    \"ip4\": {\n" \
	"        \"ip\": \"10.1.0.2/24\",\n"                        \
	"        \"gateway\": \"10.1.0.1\"\n    },\n    \"dns\": {}\n}"

/* A row is one thing, not a column of fields: clang-format leaves it. */
/* clang-format off */
static const struct row rows[] = {
	/* environment */
	{ "VERSION needs nothing", { "CNI_COMMAND=VERSION" }, "", 0, -1,
	  VERSION_LINE, NULL, EQUAL },
	{ "VERSION does not read stdin", { "CNI_COMMAND=VERSION" },
	  "{nonsense", 0, -1, VERSION_LINE, NULL, EQUAL },
	{ "VERSION validates nothing", { "CNI_COMMAND=VERSION",
	  "CNI_CONTAINERID=-", "CNI_IFNAME=a/b" }, CONF("9.9.9"), 0, -1,
	  VERSION_LINE, NULL, EQUAL },
	{ "ADD without anything", { ADD }, CONF("1.0.0"), 1, 4,
	  MISSING("CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"), NULL,
	  EQUAL },
	{ "ADD without netns", { ADD, ID, IF, PATH }, CONF("1.0.0"), 1, 4,
	  MISSING("CNI_NETNS"), NULL, EQUAL },
	{ "empty is missing", { ADD, "CNI_CONTAINERID=", NS, IF, PATH },
	  CONF("1.0.0"), 1, 4, MISSING("CNI_CONTAINERID"), NULL, EQUAL },
	{ "CHECK without anything", { CHECK }, "", 1, 4,
	  MISSING("CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"), NULL,
	  EQUAL },
	{ "DEL without anything", { DEL }, "", 1, 4,
	  MISSING("CNI_CONTAINERID,CNI_IFNAME,CNI_PATH"), NULL, EQUAL },
	{ "DEL without path", { DEL, ID, NS, IF }, CONF("1.0.0"), 1, 4,
	  MISSING("CNI_PATH"), NULL, EQUAL },
	{ "GC without path", { GC }, CONF("1.1.0"), 1, 4, MISSING("CNI_PATH"),
	  NULL, EQUAL },
	{ "STATUS without path", { STAT }, CONF("1.1.0"), 1, 4,
	  MISSING("CNI_PATH"), NULL, EQUAL },
	{ "an invalid id wins over what is missing", { ADD,
	  "CNI_CONTAINERID=a b" }, "", 1, 4,
	  "invalid characters in containerID", "a b", CURRENT },
	{ "an id with a slash", { DEL, "CNI_CONTAINERID=../../etc", IF, PATH },
	  CONF("1.0.0"), 1, 4, "invalid characters in containerID",
	  "../../etc", EQUAL },
	{ "an id with a newline", { DEL, "CNI_CONTAINERID=a\n", IF, PATH },
	  CONF("1.0.0"), 1, 4, "invalid characters in containerID", "a\n",
	  EQUAL },
	{ "an id that is no UTF-8", { ADD, "CNI_CONTAINERID=a\xff", NS, IF,
	  PATH }, CONF("1.0.0"), 1, 4, "invalid characters in containerID",
	  "a\xef\xbf\xbd", EQUAL },
	{ "a long interface name", { ADD, ID, NS,
	  "CNI_IFNAME=abcdefghijklmnop" }, CONF("1.0.0"), 1, 4,
	  "interface name is too long",
	  "interface name should be less than 16 characters", CURRENT },
	{ "an interface called ..", { ADD, ID, NS, "CNI_IFNAME=..", PATH },
	  CONF("1.0.0"), 1, 4, "interface name is . or ..", NULL, EQUAL },
	{ "an interface with a slash", { ADD, ID, NS, "CNI_IFNAME=a/b", PATH },
	  CONF("1.0.0"), 1, 4,
	  "interface name contains / or : or whitespace characters", NULL,
	  EQUAL },
	{ "an interface with a wide blank", { ADD, ID, NS,
	  "CNI_IFNAME=a\xe2\x80\x83", PATH }, CONF("1.0.0"), 1, 4,
	  "interface name contains / or : or whitespace characters", NULL,
	  EQUAL },
	{ "GC validates no attachment", { GC, "CNI_CONTAINERID=-",
	  "CNI_IFNAME=a/b", PATH }, CONF("1.1.0"), 0, -1, "", NULL, EQUAL },
	/* commands */
	{ "an unknown command", { "CNI_COMMAND=FOO" }, CONF("1.0.0"), 1, 4,
	  "unknown CNI_COMMAND: FOO", NULL, CURRENT },
	{ "a command in lower case", { "CNI_COMMAND=add", ALL }, CONF("1.0.0"),
	  1, 4, "unknown CNI_COMMAND: add", NULL, EQUAL },
	{ "a command with HTML", { "CNI_COMMAND=<&>\xe2\x80\xa8" },
	  CONF("1.0.0"), 1, -1,
	  "{\n    \"code\": 4,\n    \"msg\": \"unknown CNI_COMMAND: "
	  "\\u003c\\u0026\\u003e\\u2028\"\n}", NULL, CURRENT },
	{ "the config is looked at before an unknown command",
	  { "CNI_COMMAND=FOO" }, "{}", 1, 7, "missing network name", NULL,
	  EQUAL },
	{ "but not its version", { "CNI_COMMAND=FOO" },
	  "{\"name\":\"net\",\"cniVersion\":1}", 1, 4,
	  "unknown CNI_COMMAND: FOO", NULL, CURRENT },
	{ "no input for an unknown command", { "CNI_COMMAND=FOO" }, "", 1, 6,
	  "error unmarshall network config: *", NULL, CODE },
	/* input */
	{ "no input", { ADD, ALL }, "", 1, 6,
	  "error unmarshall network config: unexpected end of JSON input",
	  NULL, EQUAL },
	{ "half an object", { ADD, ALL }, "{\"name\":\"net\"", 1, 6,
	  "error unmarshall network config: unexpected end of JSON input",
	  NULL, EQUAL },
	{ "bytes behind the object", { ADD, ALL }, CONF("1.0.0") "x", 1, 6,
	  "error unmarshall network config: invalid character 'x' after "
	  "top-level value", "at byte *", CODE },
	{ "a second object", { ADD, ALL }, CONF("1.0.0") "{}", 1, 6,
	  "error unmarshall network config: invalid character '{' after "
	  "top-level value", "at byte *", CODE },
	{ "white space behind the object", { DEL, ALL }, CONF("1.0.0") " \n",
	  0, -1, "", NULL, EQUAL },
	{ "a list", { ADD, ALL }, "[]", 1, 6,
	  "error unmarshall network config: must be an object, not array",
	  NULL, CODE },
	{ "a number", { ADD, ALL }, "7", 1, 6,
	  "error unmarshall network config: must be an object, not number",
	  NULL, CODE },
	{ "null", { ADD, ALL }, "null", 1, 7, "missing network name", NULL,
	  EQUAL },
	{ "no name", { ADD, ALL }, "{\"cniVersion\":\"1.0.0\"}", 1, 7,
	  "missing network name", NULL, EQUAL },
	{ "an empty name", { ADD, ALL }, CONF_NAMED("\"1.0.0\"", "\"\""), 1, 7,
	  "missing network name", NULL, EQUAL },
	{ "a null name", { ADD, ALL }, CONF_NAMED("\"1.0.0\"", "null"), 1, 7,
	  "missing network name", NULL, EQUAL },
	{ "a number as name", { ADD, ALL }, CONF_NAMED("\"1.0.0\"", "1"), 1, 6,
	  "error unmarshall network config: \"name\" must be a string, not "
	  "number", NULL, CODE },
	{ "an invalid name", { ADD, ALL }, CONF_NAMED("\"1.0.0\"", "\"a/b\""),
	  1, 7, "invalid characters found in network name", "a/b", EQUAL },
	{ "an invalid name on DEL", { DEL, ALL },
	  CONF_NAMED("\"1.0.0\"", "\"../x\""), 1, 7,
	  "invalid characters found in network name", "../x", EQUAL },
	{ "a name in capitals", { DEL, ALL },
	  "{\"CNIVERSION\":\"1.0.0\",\"NAME\":\"net\",\"IPAM\":{\"type\":"
	  "\"host-local\",\"subnet\":\"10.1.0.0/24\",\"dataDir\":\"@\"}}", 0,
	  -1, "", NULL, EQUAL },
	{ "the last of two names", { ADD, ALL },
	  "{\"name\":\"net\",\"name\":\"-\"}", 1, 7,
	  "invalid characters found in network name", "-", EQUAL },
	{ "a number as version", { ADD, ALL }, CONF_NAMED("1", "\"net\""), 1,
	  6, "decoding version from network config: *", NULL, CODE },
	{ "a number as version on CHECK", { CHECK, ALL },
	  CONF_NAMED("1", "\"net\""), 1, 6,
	  "decoding version from network config: *", NULL, CODE },
	/* versions */
	{ "ADD 0.1.0", { ADD, ALL }, CONF("0.1.0"), 0, -1, RESULT_0("0.1.0"),
	  NULL, EQUAL },
	{ "ADD 0.2.0", { ADD, ALL }, CONF("0.2.0"), 0, -1, RESULT_0("0.2.0"),
	  NULL, EQUAL },
	{ "ADD 0.3.0", { ADD, ALL }, CONF("0.3.0"), 0, -1, RESULT_3("0.3.0"),
	  NULL, EQUAL },
	{ "ADD 0.3.1", { ADD, ALL }, CONF("0.3.1"), 0, -1, RESULT_3("0.3.1"),
	  NULL, EQUAL },
	{ "ADD 0.4.0", { ADD, ALL }, CONF("0.4.0"), 0, -1, RESULT_3("0.4.0"),
	  NULL, EQUAL },
	{ "ADD 1.0.0", { ADD, ALL }, CONF("1.0.0"), 0, -1, RESULT_1("1.0.0"),
	  NULL, EQUAL },
	{ "ADD 1.1.0", { ADD, ALL }, CONF("1.1.0"), 0, -1, RESULT_1("1.1.0"),
	  NULL, EQUAL },
	{ "ADD without version", { ADD, ALL }, CONF(""), 0, -1,
	  RESULT_0("0.1.0"), NULL, EQUAL },
	{ "ADD with a null version", { ADD, ALL },
	  CONF_NAMED("null", "\"net\""), 0, -1, RESULT_0("0.1.0"), NULL,
	  EQUAL },
	{ "ADD 1.0", { ADD, ALL }, CONF("1.0"), 1, 1,
	  "incompatible CNI versions", MISMATCH("1.0"), EQUAL },
	{ "ADD 1.2.0", { ADD, ALL }, CONF("1.2.0"), 1, 1,
	  "incompatible CNI versions", MISMATCH("1.2.0"), EQUAL },
	{ "ADD with words as version", { ADD, ALL }, CONF("new"), 1, 1,
	  "incompatible CNI versions", MISMATCH("new"), EQUAL },
	{ "DEL 0.1.0", { DEL, ALL }, CONF("0.1.0"), 0, -1, "", NULL, EQUAL },
	{ "DEL 1.1.0", { DEL, ALL }, CONF("1.1.0"), 0, -1, "", NULL, EQUAL },
	{ "DEL 9.9.9", { DEL, ALL }, CONF("9.9.9"), 1, 1,
	  "incompatible CNI versions", MISMATCH("9.9.9"), EQUAL },
	{ "DEL without netns", { DEL, ID, IF, PATH }, CONF("1.0.0"), 0, -1, "",
	  NULL, EQUAL },
	{ "CHECK without version", { CHECK, ALL }, CONF(""), 1, 1,
	  "config version does not allow CHECK", NULL, EQUAL },
	{ "CHECK 0.3.1", { CHECK, ALL }, CONF("0.3.1"), 1, 1,
	  "config version does not allow CHECK", NULL, EQUAL },
	{ "CHECK 1.0.5", { CHECK, ALL }, CONF("1.0.5"), 1, 1,
	  "incompatible CNI versions", MISMATCH("1.0.5"), EQUAL },
	{ "CHECK 1.2.0", { CHECK, ALL }, CONF("1.2.0"), 1, 1,
	  "plugin version does not allow CHECK", NULL, EQUAL },
	{ "CHECK with words as version", { CHECK, ALL }, CONF("abc"), 1, 6,
	  "failed to convert major version part \"abc\": strconv.Atoi: "
	  "parsing \"abc\": invalid syntax", NULL, EQUAL },
	{ "CHECK with four numbers", { CHECK, ALL }, CONF("1.0.0.0"), 1, 6,
	  "invalid version \"1.0.0.0\": too many parts", NULL, EQUAL },
	{ "CHECK with an empty number", { CHECK, ALL }, CONF("1..0"), 1, 6,
	  "failed to convert minor version part \"\": strconv.Atoi: parsing "
	  "\"\": invalid syntax", NULL, EQUAL },
	{ "GC 1.0.0", { GC, PATH }, CONF("1.0.0"), 1, 1,
	  "config version does not allow GC", NULL, EQUAL },
	{ "GC 1.1.0", { GC, PATH }, CONF("1.1.0"), 0, -1, "", NULL, EQUAL },
	{ "GC 2.0.0", { GC, PATH }, CONF("2.0.0"), 1, 1,
	  "plugin version does not allow GC", NULL, EQUAL },
	{ "STATUS 0.4.0", { STAT, PATH }, CONF("0.4.0"), 1, 1,
	  "config version does not allow STATUS", NULL, EQUAL },
	{ "STATUS 1.1.0", { STAT, PATH }, CONF("1.1.0"), 0, -1, "", NULL,
	  EQUAL },
	{ "STATUS with words as version", { STAT, PATH }, CONF("x.1"), 1, 6,
	  "failed to convert major version part \"x\": strconv.Atoi: parsing "
	  "\"x\": invalid syntax", NULL, EQUAL },
	/* namespaces */
	{ "Go checks the namespace after the work: two documents", { ADD, ID,
	  "CNI_NETNS=/proc/self/ns/net", IF, PATH }, CONF("1.0.0"), 1, 8,
	  "plugin's netns and netns from CNI_NETNS should not be the same",
	  NULL, OURS },
	{ "DEL in the own namespace", { DEL, ID, "CNI_NETNS=/proc/self/ns/net",
	  IF, PATH }, CONF("1.0.0"), 1, 8,
	  "plugin's netns and netns from CNI_NETNS should not be the same",
	  NULL, CURRENT },
	{ "the override allows the own namespace", { ADD, ID,
	  "CNI_NETNS=/proc/self/ns/net", IF, PATH, "CNI_NETNS_OVERRIDE=True" },
	  CONF("1.0.0"), 0, -1, RESULT_1("1.0.0"), NULL, EQUAL },
	{ "another override does not", { DEL, ID,
	  "CNI_NETNS=/proc/self/ns/net", IF, PATH, "CNI_NETNS_OVERRIDE=yes" },
	  CONF("1.0.0"), 1, 8,
	  "plugin's netns and netns from CNI_NETNS should not be the same",
	  NULL, CURRENT },
	{ "a namespace that is gone is the verb's business", { ADD, ID,
	  "CNI_NETNS=/nonexistent", IF, PATH }, CONF("1.0.0"), 0, -1,
	  RESULT_1("1.0.0"), NULL, EQUAL },
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

#endif /* SKEL_ROWS_H */
