/* SPDX-License-Identifier: Apache-2.0 */
/* test_allocator.c - which address is handed out next */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "allocator.h"
#include "conf.h"
#include "json_text.h"
#include "table.h"

/**
 * struct row - one allocation
 * @title: what it shows
 * @ranges: value of `ranges`; set 0 is asked
 * @exclude: value of `exclude`
 * @last: address given last; "" for none
 * @taken: addresses in use, separated by blanks; "*" for all but @expected
 * @expected: the address; "" when there is none
 */
struct row {
	const char *title;
	const char *ranges;
	const char *exclude;
	const char *last;
	const char *taken;
	const char *expected;
};

#define NET29 "[[{\"subnet\":\"10.0.0.0/29\"}]]"
#define NETS30                                                          \
	"[[{\"subnet\":\"10.0.1.0/30\"},{\"subnet\":\"10.0.2.0/30\"},{" \
	"\"subnet\":\"10.0.3.0/30\"}]]"

static const struct row rows[] = {
	/* the table of the Go plugin's allocator_test.go */
	{ "empty pool", NET29, "[]", "", "", "10.0.0.2" },
	{ "2 in use", NET29, "[]", "", "10.0.0.2", "10.0.0.3" },
	{ "after 5", NET29, "[]", "10.0.0.5", "", "10.0.0.6" },
	{ "after 3, 4 and 5 in use", NET29, "[]", "10.0.0.3",
	  "10.0.0.4 10.0.0.5", "10.0.0.6" },
	{ "wraps", NET29, "[]", "10.0.0.5", "10.0.0.6", "10.0.0.2" },
	{ "last out of range", NET29, "[]", "10.0.1.7", "10.0.0.2",
	  "10.0.0.3" },
	{ "only the last is free", NET29, "[]", "10.0.0.4", "*", "10.0.0.4" },
	{ "next subnet", NETS30, "[]", "10.0.1.2", "", "10.0.2.2" },
	{ "next subnet, in use", NETS30, "[]", "10.0.1.2", "10.0.2.2",
	  "10.0.3.2" },
	{ "wraps to the first subnet", NETS30, "[]", "10.0.3.2", "",
	  "10.0.1.2" },
	{ "wraps past one in use", NETS30, "[]", "10.0.3.2", "10.0.1.2",
	  "10.0.2.2" },
	{ "last of the other family", NET29, "[]", "fd00::2", "", "10.0.0.2" },
	/* the ends */
	{ "broadcast and network never",
	  "[[{\"subnet\":\"10.0.0.0/30\",\"rangeStart\":\"10.0.0.0\","
	  "\"rangeEnd\":\"10.0.0.3\"}]]",
	  "[]", "10.0.0.2", "", "10.0.0.2" },
	{ "one address",
	  "[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.7\","
	  "\"rangeEnd\":\"10.0.0.7\"}]]",
	  "[]", "10.0.0.7", "", "10.0.0.7" },
	{ "exhausted", NET29, "[]", "10.0.0.3",
	  "10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6", "" },
	{ "only the gateway is left",
	  "[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\","
	  "\"rangeEnd\":\"10.0.0.9\",\"gateway\":\"10.0.0.9\"}]]",
	  "[]", "", "", "" },
	{ "end of the address space",
	  "[[{\"subnet\":\"255.255.255.248/29\",\"rangeEnd\":"
	  "\"255.255.255.255\"}]]",
	  "[]", "255.255.255.254", "", "255.255.255.250" },
	{ "end of the IPv6 address space",
	  "[[{\"subnet\":\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124\"}]]",
	  "[]", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "",
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff2" },
	/* gateways of other ranges and sets */
	{ "gateway of another set",
	  "[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\","
	  "\"rangeEnd\":\"10.0.0.20\"}],[{\"subnet\":\"10.0.0.0/24\","
	  "\"rangeStart\":\"10.0.0.30\",\"gateway\":\"10.0.0.9\"}]]",
	  "[]", "", "", "10.0.0.10" },
	{ "network of a smaller subnet in another set",
	  "[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.8\","
	  "\"rangeEnd\":\"10.0.0.8\"},{\"subnet\":\"10.0.0.0/24\","
	  "\"rangeStart\":\"10.0.0.100\"}],[{\"subnet\":\"10.0.0.8/29\"}]]",
	  "[]", "", "", "10.0.0.100" },
	/* exclude */
	{ "excluded start", NET29, "[\"10.0.0.2/31\"]", "", "", "10.0.0.4" },
	{ "excluded after the last", NET29, "[\"10.0.0.4/31\"]", "10.0.0.3", "",
	  "10.0.0.6" },
	{ "host bits in exclude", NET29, "[\"10.0.0.3/31\"]", "", "",
	  "10.0.0.4" },
	{ "all excluded", NET29, "[\"10.0.0.0/24\"]", "", "", "" },
	{ "the last itself excluded", NET29, "[\"10.0.0.3/32\"]", "10.0.0.3",
	  "*", "" },
	{ "exclude reaches behind the range", NET29, "[\"10.0.0.4/30\"]",
	  "10.0.0.3", "10.0.0.2", "10.0.0.3" },
	{ "half of a huge range", "[[{\"subnet\":\"fd00::/64\"}]]",
	  "[\"fd00::/65\"]", "", "", "fd00::8000:0:0:0" },
	{ "excluded to the end of the address space",
	  "[[{\"subnet\":\"255.255.255.0/24\"}]]", "[\"255.255.255.128/25\"]",
	  "255.255.255.127", "", "255.255.255.2" },
	{ "IPv6", "[[{\"subnet\":\"fd00::/64\"}]]", "[]", "fd00::ffff", "",
	  "fd00::1:0" },
};

static int is_taken(const struct cni_addr *addr, void *context)
{
	const struct row *row = context;
	char text[CNI_ADDR_STRLEN];
	const char *at;

	cni_addr_format(addr, text);
	if (strcmp(row->taken, "*") == 0)
		return strcmp(text, row->expected) != 0;
	at = strstr(row->taken, text);
	return at && (at[strlen(text)] == ' ' || at[strlen(text)] == '\0');
}

static struct hl_conf decode(const struct row *row, json_object **ret_json)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_call call = {
		.args.args = "",
		.cni_version = "1.0.0",
		.version = CNI_VERSION_1_0_0,
	};
	struct cni_error err = { 0 };
	struct hl_conf conf;

	cni_buf_addf(&text, "{\"ipam\":{\"ranges\":%s,\"exclude\":%s}}",
		     row->ranges, row->exclude);
	*ret_json = parse_json(cni_buf_text(&text));
	call.conf = *ret_json;
	if (hl_conf_decode(&call, &conf, &err))
		fail_msg("%s: %s", row->title, err.msg);
	return conf;
}

static void addresses_are_given_in_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(json) json_object *json = NULL;
		struct row row = rows[i];
		CNI_CLEANUP(hl_conf) struct hl_conf conf = decode(&row, &json);
		struct hl_pool pool = hl_conf_pool(&conf);
		struct cni_addr last = { 0 };
		struct cni_addr addr = { 0 };
		char text[CNI_ADDR_STRLEN] = "";
		int ret;

		if (row.last[0])
			assert_int_equal(cni_addr_parse(row.last, &last), 0);
		ret = hl_pool_next(&pool, 0, &last, is_taken, &row, &addr);
		if (ret == 0)
			cni_addr_format(&addr, text);
		else
			assert_int_equal(ret, -ENOSPC);
		if (strcmp(text, row.expected) != 0)
			fail_msg("%s: got \"%s\", not \"%s\"", row.title, text,
				 row.expected);
	}
}

static int fails(const struct cni_addr *addr, void *context)
{
	(void)addr;
	(void)context;
	return -ENOMEM;
}

static void a_failing_question_ends_the_search(void **state)
{
	CNI_CLEANUP(json) json_object *json = NULL;
	struct row row = { "", NET29, "[]", "", "", "" };
	CNI_CLEANUP(hl_conf) struct hl_conf conf = decode(&row, &json);
	struct hl_pool pool = hl_conf_pool(&conf);
	struct cni_addr none = { 0 };
	struct cni_addr addr;

	(void)state;
	assert_int_equal(hl_pool_next(&pool, 0, &none, fails, NULL, &addr),
			 -ENOMEM);
}

static void requests_are_checked(void **state)
{
	CNI_CLEANUP(json) json_object *json = NULL;
	struct row row = {
		"",
		"[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.0\"}],"
		"[{\"subnet\":\"10.0.1.0/24\",\"gateway\":\"10.0.1.9\"}]]",
		"[\"10.0.0.16/28\"]",
		"",
		"",
		"",
	};
	static const struct {
		size_t set;
		const char *addr;
		const char *error;
	} requests[] = {
		{ 0, "10.0.0.2", NULL },
		{ 0, "10.0.0.0", NULL },
		{ 0, "10.0.0.1", "requested ip 10.0.0.1 is subnet's gateway" },
		{ 0, "10.0.0.17",
		  "requested ip 10.0.0.17 is excluded by 10.0.0.16/28" },
		{ 1, "10.0.1.1", NULL },
		{ 1, "10.0.1.9", "requested ip 10.0.1.9 is subnet's gateway" },
	};
	CNI_CLEANUP(hl_conf) struct hl_conf conf = decode(&row, &json);
	struct hl_pool pool = hl_conf_pool(&conf);
	struct cni_error err;
	struct cni_addr addr;

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		int ret;

		assert_int_equal(cni_addr_parse(requests[i].addr, &addr), 0);
		ret = hl_pool_check_request(&pool, requests[i].set, &addr,
					    &err);
		assert_int_equal(ret, requests[i].error ? -EINVAL : 0);
		if (ret)
			assert_error(&err, CNI_CODE_INVALID_CONFIG,
				     requests[i].error);
	}
}

static void room_is_sure_only_when_it_is(void **state)
{
	static const struct {
		const char *ranges;
		const char *exclude;
		uint64_t used;
		bool sure;
	} pools[] = {
		{ NET29, "[]", 0, true },
		{ NET29, "[]", 2, true },
		/* gateway, network, broadcast might be among the others */
		{ NET29, "[]", 3, false },
		{ NETS30, "[]", 0, false },
		{ "[[{\"subnet\":\"10.0.0.0/16\"}]]", "[]", 65000, true },
		{ "[[{\"subnet\":\"10.0.0.0/16\"}]]", "[\"10.0.0.0/17\"]",
		  40000, false },
		{ "[[{\"subnet\":\"10.0.0.0/16\"}]]", "[\"fd00::/8\"]", 65000,
		  true },
		{ "[[{\"subnet\":\"fd00::/64\"}]]", "[]", 1U << 31, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pools) / sizeof(*pools); i++) {
		CNI_CLEANUP(json) json_object *json = NULL;
		struct row row = {
			"", pools[i].ranges, pools[i].exclude, "", "", "",
		};
		CNI_CLEANUP(hl_conf) struct hl_conf conf = decode(&row, &json);
		struct hl_pool pool = hl_conf_pool(&conf);

		assert_int_equal(hl_pool_surely_has_room(&pool, 0,
							 pools[i].used),
				 pools[i].sure);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_given_in_turn),
		cmocka_unit_test(a_failing_question_ends_the_search),
		cmocka_unit_test(requests_are_checked),
		cmocka_unit_test(room_is_sure_only_when_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
