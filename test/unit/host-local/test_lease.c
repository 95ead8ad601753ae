/* SPDX-License-Identifier: Apache-2.0 */
/* test_lease.c - the texts of lease, resolv.conf and /proc/locks files */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "lease.h"
#include "lock.h"
#include "resolv_conf.h"
#include "table.h"

/* @len 0 means up to the NUL */
struct lease_row {
	const char *text;
	size_t len;
	enum hl_lease_kind kind;
	const char *id;
	const char *ifname;
};

static const struct lease_row leases[] = {
	{ "c1\r\neth0", 0, HL_LEASE_FULL, "c1", "eth0" },
	{ " c1\r\neth0\n", 0, HL_LEASE_FULL, "c1", "eth0" },
	{ "c1\r\neth0\r\n", 0, HL_LEASE_FULL, "c1", "eth0" },
	{ "c1", 0, HL_LEASE_ID_ONLY, "c1", "" },
	{ "\tc1 \n", 0, HL_LEASE_ID_ONLY, "c1", "" },
	{ "10.1.0.2", 0, HL_LEASE_ID_ONLY, "10.1.0.2", "" },
	{ "", 0, HL_LEASE_TORN, NULL, NULL },
	{ "\n", 0, HL_LEASE_TORN, NULL, NULL },
	{ "c1\r", 0, HL_LEASE_TORN, NULL, NULL },
	{ "c1\r\n", 0, HL_LEASE_TORN, NULL, NULL },
	{ "\0\0\0\0", 4, HL_LEASE_TORN, NULL, NULL },
	{ "c1\r\0\0\0", 6, HL_LEASE_TORN, NULL, NULL },
	/* not ours to judge */
	{ "c1\neth0", 0, HL_LEASE_FOREIGN, NULL, NULL },
	{ "reserved for the printer", 0, HL_LEASE_FOREIGN, NULL, NULL },
	{ "-c1\r\neth0", 0, HL_LEASE_FOREIGN, NULL, NULL },
	{ "c1\r\neth0\r\nx", 0, HL_LEASE_FOREIGN, NULL, NULL },
};

static void leases_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(leases) / sizeof(*leases); i++) {
		const struct lease_row *row = &leases[i];
		size_t len = row->len ? row->len : strlen(row->text);
		char *text = calloc(1, len + 1);
		struct hl_owner owner = { NULL, NULL };

		assert_non_null(text);
		memcpy(text, row->text, len);
		assert_int_equal(hl_lease_parse(text, len, &owner), row->kind);
		if (row->id) {
			assert_string_equal(owner.id, row->id);
			assert_string_equal(owner.ifname, row->ifname);
		}
		free(text);
	}
}

static void a_lease_is_written_as_the_go_plugin_does(void **state)
{
	const struct hl_owner owner = { "c1", "eth0" };
	char text[16];

	(void)state;
	assert_int_equal(hl_lease_format(&owner, text, sizeof(text)), 8);
	assert_memory_equal(text, "c1\r\neth0", 8);
	assert_int_equal(hl_lease_format(&owner, text, 8), 8);
	assert_int_equal(hl_lease_format(&owner, text, 7), 0);
}

static void only_canonical_names_are_leases(void **state)
{
	static const char *const good[] = { "10.1.0.2", "fd00::2", "::1",
					    "0.0.0.0" };
	static const char *const bad[] = {
		"lock",	   "last_reserved_ip.0", ".index",    ".lease.tmp",
		"FD00::2", "fd00:0::2",		 "10.1.0.02", "10.1.0",
		"",	   "::ffff:10.0.0.1",	 "fd00::2%0", "10.1.0.2.bak",
		"cafe",
	};
	struct cni_addr addr;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(hl_lease_addr(good[i], &addr));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(hl_lease_addr(bad[i], &addr));
}

static void assert_list(const struct cni_string_list *list,
			const char *expected)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	for (size_t i = 0; i < list->count; i++)
		cni_buf_addf(&text, "%s%s", i ? " " : "", list->items[i]);
	assert_string_equal(cni_buf_text(&text), expected);
}

static void resolv_conf_is_read_as_the_go_plugin_does(void **state)
{
	char text[] = "# nameserver 1.1.1.1\n"
		      "; nameserver 1.1.1.2\n"
		      "nameserver 192.0.2.3 192.0.2.4\r\n"
		      "\n"
		      "\tnameserver\t192.0.2.5\n"
		      "nameserver\n"
		      "nameservers 192.0.2.6\n"
		      "Nameserver 192.0.2.7\n"
		      "domain one.example\n"
		      "domain two.example three.example\n"
		      "domain\n"
		      "search a b\n"
		      "search c # d\n"
		      "options ndots:5 rotate\n"
		      "options edns0\n"
		      "sortlist 10.0.0.0/8\n"
		      "nameserver not an address";
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };

	(void)state;
	assert_int_equal(hl_resolv_conf_parse(text, &dns, NULL), 0);
	assert_list(&dns.nameservers, "192.0.2.3 192.0.2.5 not");
	assert_string_equal(dns.domain, "two.example");
	assert_list(&dns.search, "a b c # d");
	assert_list(&dns.options, "ndots:5 rotate edns0");
}

static void an_empty_resolv_conf_says_nothing(void **state)
{
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	char text[] = "";

	(void)state;
	assert_int_equal(hl_resolv_conf_parse(text, &dns, NULL), 0);
	assert_true(cni_dns_is_empty(&dns));
}

static void a_line_without_end_is_refused(void **state)
{
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	struct cni_error err;
	char *text = calloc(1, 64 * 1024 + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 64 * 1024 - 1);
	assert_int_equal(hl_resolv_conf_parse(text, &dns, &err), 0);
	memset(text, 'x', 64 * 1024);
	assert_int_equal(hl_resolv_conf_parse(text, &dns, &err), -EINVAL);
	assert_error(&err, CNI_CODE_INVALID_CONFIG,
		     "bufio.Scanner: token too long");
	free(text);
}

static void a_missing_resolv_conf_is_an_error(void **state)
{
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	struct cni_error err;

	(void)state;
	assert_int_equal(hl_resolv_conf_read("/nope", &dns, &err), -ENOENT);
	assert_error(&err, CNI_CODE_IO,
		     "open /nope: No such file or directory");
}

static void holders_of_locks_are_read(void **state)
{
	struct hl_lock_line line;

	(void)state;
	assert_true(hl_lock_parse_line(
		"3: FLOCK  ADVISORY  WRITE 4711 fe:1a:1234567 0 EOF\n", &line));
	assert_int_equal(line.pid, 4711);
	assert_int_equal(line.major, 0xfe);
	assert_int_equal(line.minor, 0x1a);
	assert_int_equal(line.ino, 1234567);
	/* one who waits, another kind, rubbish */
	assert_false(hl_lock_parse_line(
		"3: -> FLOCK  ADVISORY  WRITE 4712 fe:1a:1234567 0 EOF\n",
		&line));
	assert_false(hl_lock_parse_line(
		"1: POSIX  ADVISORY  WRITE 1 fe:1a:1234567 0 EOF\n", &line));
	assert_false(hl_lock_parse_line("", &line));
	assert_false(hl_lock_parse_line("1: FLOCK", &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leases_are_told_apart),
		cmocka_unit_test(a_lease_is_written_as_the_go_plugin_does),
		cmocka_unit_test(only_canonical_names_are_leases),
		cmocka_unit_test(resolv_conf_is_read_as_the_go_plugin_does),
		cmocka_unit_test(an_empty_resolv_conf_says_nothing),
		cmocka_unit_test(a_line_without_end_is_refused),
		cmocka_unit_test(a_missing_resolv_conf_is_an_error),
		cmocka_unit_test(holders_of_locks_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
