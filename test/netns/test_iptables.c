/* SPDX-License-Identifier: Apache-2.0 */
/* test_iptables.c - the host's iptables programs and legacy tables */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "../../lib/netfilter/iptables_internal.h"
#include "node.h"

static int fresh(void **state)
{
	(void)state;
	node_enter();
	return 0;
}

static void restore(int family, enum cni_iptables_variant variant,
		    const char *text)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	struct cni_error err = { 0 };

	cni_buf_add(&script, text);
	if (cni_iptables_restore(family, variant, &script, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void a_script_is_applied_and_other_rules_stay(void **state)
{
	(void)state;
	sh("iptables -t nat -A POSTROUTING -s 192.0.2.1 -j ACCEPT");
	restore(AF_INET, CNI_IPTABLES_HOST,
		"*nat\n:CNI-x - [0:0]\n-A CNI-x -d 10.1.0.0/24 -j ACCEPT\n"
		"-A POSTROUTING -s 10.1.0.2/32 -j CNI-x\nCOMMIT\n");
	restore(AF_INET6, CNI_IPTABLES_HOST, "*nat\n:CNI-y - [0:0]\nCOMMIT\n");
	assert_output("iptables-save -t nat",
		      "-A POSTROUTING -s 192.0.2.1/32 -j ACCEPT",
		      "-A POSTROUTING -s 10.1.0.2/32 -j CNI-x",
		      "-A CNI-x -d 10.1.0.0/24 -j ACCEPT", NULL);
	assert_output("ip6tables-save -t nat", ":CNI-y -", NULL);
}

static void a_refused_script_changes_nothing_and_says_why(void **state)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	struct cni_error err = { 0 };

	(void)state;
	cni_buf_add(&script, "*nat\n:CNI-x - [0:0]\n-A POSTROUTING -j NOPE\n"
			     "COMMIT\n");
	assert_int_equal(cni_iptables_restore(AF_INET, CNI_IPTABLES_HOST,
					      &script, &err),
			 -EIO);
	assert_int_equal(err.code, CNI_CODE_INTERNAL);
	assert_non_null(strstr(err.msg, "iptables-restore\": exit status"));
	assert_non_null(strstr(err.details, "NOPE"));
	assert_no_output("iptables-save", "CNI-x", NULL);
}

static void
a_bare_path_finds_the_programs_a_host_without_them_does_not(void **s)
{
	static const char *const dirs[] = { "/usr/sbin", "/sbin", "/usr/bin",
					    "/bin", "/usr/local/sbin" };
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	struct cni_error err = { 0 };

	(void)s;
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(cni_iptables_usable(AF_INET), 0);
	assert_int_equal(cni_iptables_usable(AF_INET6), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(mount("none", dirs[i], "tmpfs", 0, NULL), 0);
	assert_int_equal(cni_iptables_usable(AF_INET), -ENOENT);
	assert_int_equal(cni_iptables_restore(AF_INET, CNI_IPTABLES_HOST,
					      &script, &err),
			 -ENOENT);
	assert_int_equal(err.code, CNI_CODE_TOOL_MISSING);
	assert_string_equal(err.msg,
			    "\"iptables-restore\" not found in PATH or "
			    "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin");
	for (size_t i = 5; i-- > 0;)
		assert_int_equal(umount2(dirs[i], 0), 0);
	unsetenv("PATH");
}

static bool has_legacy(void)
{
	if (sh_status("iptables-legacy -t nat -L >/dev/null 2>&1") == 0)
		return true;
	print_message("skipped: no iptables-legacy on this machine\n");
	skip();
	return false;
}

static void legacy_tables_are_searched_without_a_process(void **state)
{
	(void)state;
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET, "nat", "CNI-x"),
			 0);
	/* Looking must not have made the table. */
	assert_no_output("cat /proc/net/ip_tables_names", "nat", NULL);
	if (!has_legacy())
		return;
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET, "nat", "CNI-x"),
			 0);
	restore(AF_INET, CNI_IPTABLES_LEGACY,
		"*nat\n:CNI-x - [0:0]\n-A POSTROUTING -s 10.1.0.2/32 -m "
		"comment --comment \"name: \\\"net1\\\"\" -j CNI-x\nCOMMIT\n");
	assert_output("iptables-legacy-save", "-j CNI-x", NULL);
	assert_no_output("nft list ruleset", "CNI-x", NULL);
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET, "nat", "CNI-x"),
			 1);
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET, "nat",
						      "name: \"net1\""),
			 1);
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET, "nat", "net2"),
			 0);
	assert_int_equal(cni_iptables_legacy_mentions(AF_INET6, "nat", "CNI"),
			 0);
}

static void a_legacy_policy_of_drop_is_seen(void **state)
{
	(void)state;
	assert_int_equal(cni_iptables_legacy_forward_drops(AF_INET), 0);
	if (!has_legacy())
		return;
	sh("iptables-legacy -A FORWARD -j ACCEPT; ip6tables-legacy -P INPUT "
	   "DROP");
	assert_int_equal(cni_iptables_legacy_forward_drops(AF_INET), 0);
	assert_int_equal(cni_iptables_legacy_forward_drops(AF_INET6), 0);
	sh("iptables-legacy -P FORWARD DROP; ip6tables-legacy -P FORWARD DROP");
	assert_int_equal(cni_iptables_legacy_forward_drops(AF_INET), 1);
	assert_int_equal(cni_iptables_legacy_forward_drops(AF_INET6), 1);
}

static void rules_of_a_save_are_deleted_as_they_were_printed(void **state)
{
	static const struct cni_iptables_query query = {
		.variant = CNI_IPTABLES_LEGACY,
		.family = AF_INET,
		.table = "nat",
	};
	static const char *const chains[] = { "CNI-x" };
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	struct cni_error err = { 0 };

	(void)state;
	if (!has_legacy())
		return;
	sh("iptables-legacy -t nat -A POSTROUTING -s 192.0.2.1 -j ACCEPT");
	restore(AF_INET, CNI_IPTABLES_LEGACY,
		"*nat\n:CNI-x - [0:0]\n-A CNI-x -d 10.1.0.0/24 -j ACCEPT\n"
		"-A POSTROUTING -s 10.1.0.2/32 -m comment --comment \"a "
		"\\\"b\\\" 'c' \\\\d\" -j CNI-x\nCOMMIT\n");
	assert_int_equal(cni_iptables_view_read(NULL, &query, &view, &err), 0);
	assert_int_equal(view.count, 3);
	assert_string_equal(view.rules[1].comment, "a \"b\" 'c' \\d");
	view.rules[1].remove = true;
	if (cni_iptables_view_apply(NULL, &view, chains, 1, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
	assert_output("iptables-legacy-save -t nat",
		      "-A POSTROUTING -s 192.0.2.1/32 -j ACCEPT", NULL);
	assert_no_output("iptables-legacy-save -t nat", "CNI-x", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_script_is_applied_and_other_rules_stay,
				       fresh),
		cmocka_unit_test_setup(
			a_refused_script_changes_nothing_and_says_why, fresh),
		cmocka_unit_test_setup(
			a_bare_path_finds_the_programs_a_host_without_them_does_not,
			fresh),
		cmocka_unit_test_setup(
			legacy_tables_are_searched_without_a_process, fresh),
		cmocka_unit_test_setup(a_legacy_policy_of_drop_is_seen, fresh),
		cmocka_unit_test_setup(
			rules_of_a_save_are_deleted_as_they_were_printed,
			fresh),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
