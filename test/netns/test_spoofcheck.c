/* SPDX-License-Identifier: Apache-2.0 */
/* test_spoofcheck.c - the MAC spoof check: frames, rules, leftovers of Go */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmocka_env.h"

#include "cni/nft.h"
#include "cni/owner.h"
#include "cni/spoofcheck.h"
#include "masq_world.h"
#include "node.h"

#define RULES "nft list table bridge nat"

static struct cni_nft nft;

static const struct cni_owner pod1 = { "net1", "c1", "eth0" };
static const struct cni_owner pod2 = { "net1", "c2", "eth0" };

static int setup(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	cni_nft_close(&nft);
	return world_teardown(state);
}

static void mac_of(const char *pod, unsigned char mac[static 6])
{
	char *text = sh_output("ip -n %s -br link show eth0 | awk '{print $3}'",
			       pod);
	unsigned int byte[6];

	assert_int_equal(sscanf(text, "%x:%x:%x:%x:%x:%x", &byte[0], &byte[1],
				&byte[2], &byte[3], &byte[4], &byte[5]),
			 6);
	for (int i = 0; i < 6; i++)
		mac[i] = (unsigned char)byte[i];
	free(text);
}

static void add(const struct cni_owner *owner, const char *port,
		const unsigned char mac[static 6])
{
	struct cni_error err = { 0 };

	if (cni_spoofcheck_add(&nft, owner, port, mac, &err) != 0 ||
	    cni_spoofcheck_check(&nft, owner, port, mac, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void del(const struct cni_owner *owner)
{
	struct cni_error err = { 0 };

	if (cni_spoofcheck_del(&nft, owner, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void frames_with_another_mac_are_dropped(void **state)
{
	unsigned char mac[6];

	(void)state;
	mac_of("pod1", mac);
	add(&pod1, "vpod1", mac);
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	assert_seen("pod1", "fd00:1::3", "fd00:1::2");
	sh("ip -n pod1 link set eth0 address 02:00:00:00:00:01");
	assert_seen("pod1", "10.1.0.3", "");
	/* Other ports are not concerned. */
	assert_seen("pod2", "192.0.2.2", "10.1.0.3");
	del(&pod1);
	sh("ip -n pod2 neigh flush all");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
}

static void rules_are_those_of_the_go_plugin(void **state)
{
	static const unsigned char mac[6] = {
		0x66, 0x85, 0x1e, 0x78, 0x9e, 0xfe
	};
	char *text;

	(void)state;
	add(&pod1, "vethcf66a645", mac);
	text = sh_output(RULES);
	assert_string_equal(
		text, "table bridge nat {\n"
		      "\tchain PREROUTING {\n"
		      "\t\ttype filter hook prerouting priority dstnat; policy "
		      "accept;\n"
		      "\t\tiifname \"vethcf66a645\" jump cni-br-iface-c1-eth0 "
		      "comment \"macspoofchk-c1-eth0\"\n"
		      "\t}\n\n"
		      "\tchain cni-br-iface-c1-eth0 {\n"
		      "\t\tjump cni-br-iface-c1-eth0-mac comment "
		      "\"macspoofchk-c1-eth0\"\n"
		      "\t}\n\n"
		      "\tchain cni-br-iface-c1-eth0-mac {\n"
		      "\t\tether saddr 66:85:1e:78:9e:fe return comment "
		      "\"macspoofchk-c1-eth0\"\n"
		      "\t\tdrop comment \"macspoofchk-c1-eth0\"\n"
		      "\t}\n"
		      "}\n");
	free(text);
	del(&pod1);
	assert_no_output(RULES, "c1-eth0", NULL);
	assert_output(RULES, "chain PREROUTING", NULL);
}

static void a_repeated_add_replaces_port_and_mac(void **state)
{
	static const unsigned char first[6] = { 2, 0, 0, 0, 0, 1 };
	static const unsigned char second[6] = { 2, 0, 0, 0, 0, 2 };
	struct cni_error err = { 0 };

	(void)state;
	add(&pod1, "vold", first);
	add(&pod1, "vnew", second);
	assert_output(RULES " | grep -c macspoofchk", "4\n", NULL);
	assert_no_output(RULES, "vold", "02:00:00:00:00:01", NULL);
	assert_int_equal(cni_spoofcheck_check(&nft, &pod1, "vold", second,
					      &err),
			 -ENOENT);
	assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
	assert_non_null(strstr(err.msg, "\"vold\""));
	assert_int_equal(cni_spoofcheck_check(&nft, &pod1, "vnew", first, &err),
			 -ENOENT);
	assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
}

#define GO_RULES(id, port)                                               \
	"add table bridge nat; "                                         \
	"add chain bridge nat PREROUTING { type filter hook prerouting " \
	"priority -300; policy accept; }; "                              \
	"add chain bridge nat cni-br-iface-" id "; "                     \
	"add chain bridge nat cni-br-iface-" id "-mac; "                 \
	"add rule bridge nat cni-br-iface-" id "-mac drop comment "      \
	"\"macspoofchk-" id "\"; "                                       \
	"add rule bridge nat cni-br-iface-" id " jump cni-br-iface-" id  \
	"-mac comment \"macspoofchk-" id "\"; "                          \
	"add rule bridge nat PREROUTING iifname " port                   \
	" jump cni-br-iface-" id " comment \"macspoofchk-" id "\""

static void rules_made_by_others_in_any_order_are_removed(void **state)
{
	(void)state;
	sh("nft '" GO_RULES("c1-eth0", "v1") "'");
	/* The Go plugin's second ADD without DEL. */
	sh("nft 'add rule bridge nat PREROUTING iifname v1 jump "
	   "cni-br-iface-c1-eth0 comment \"macspoofchk-c1-eth0\"'");
	sh("nft '" GO_RULES("c2-eth0", "v2") "'");
	del(&pod1);
	assert_no_output(RULES, "c1-eth0", NULL);
	assert_output(RULES " | grep -c macspoofchk-c2-eth0", "3\n", NULL);
	/* Half of it gone. */
	sh("nft flush chain bridge nat PREROUTING");
	del(&pod2);
	assert_no_output(RULES, "c2-eth0", NULL);
	del(&pod2);
	sh("nft delete table bridge nat");
	del(&pod2);
}

static void gc_spares_ports_that_exist_and_the_living(void **state)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	const struct cni_owner third = { "net1", "c3", "eth0" };
	const struct cni_owner valid[] = { pod2 };
	struct cni_error err = { 0 };

	(void)state;
	add(&pod1, "vgone1", mac);
	add(&pod2, "vgone2", mac);
	add(&third, "vpod1", mac);
	assert_int_equal(cni_spoofcheck_gc(&nft, valid, 1, &err), 0);
	assert_no_output(RULES, "c1-eth0", NULL);
	assert_output(RULES, "c2-eth0", "c3-eth0", NULL);
}

static void long_ids_work(void **state)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct cni_owner owner = { "net1", NULL, "eth0" };
	char id[400];

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	owner.container_id = id;
	add(&owner, "vpod1", mac);
	id[0] = 'y';
	del(&owner);
	assert_output(RULES " | grep -c macspoofchk", "4\n", NULL);
	id[0] = 'x';
	del(&owner);
	assert_no_output(RULES, "macspoofchk", NULL);
	/* The longest that the Go plugin can do, too, is spelled out. */
	id[128 - strlen("macspoofchk-") - strlen("-eth0")] = '\0';
	add(&owner, "vpod1", mac);
	assert_output(RULES, "xxx-eth0\"\n", NULL);
	del(&owner);
}

static double add_and_del_ms(void)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	double best = 1e9;

	for (int i = 0; i < 20; i++) {
		struct timespec start;
		struct timespec end;
		double ms;

		(void)clock_gettime(CLOCK_MONOTONIC, &start);
		add(&pod1, "vpod1", mac);
		del(&pod1);
		(void)clock_gettime(CLOCK_MONOTONIC, &end);
		ms = (double)(end.tv_sec - start.tv_sec) * 1e3 +
		     (double)(end.tv_nsec - start.tv_nsec) / 1e6;
		best = ms < best ? ms : best;
	}
	return best;
}

static void many_foreign_rules_do_not_slow_it_down(void **state)
{
	double before;
	double after;

	(void)state;
	before = add_and_del_ms();
	sh("{ echo 'table inet foreign { chain c {'; "
	   "seq -f 'ip daddr 192.0.2.1 tcp dport %%.0f drop' 1 20000; "
	   "printf '}\\n}\\n'; } | nft -f -");
	after = add_and_del_ms();
	print_message("ADD+CHECK+DEL: %.3f ms, with 20000 foreign rules "
		      "%.3f ms\n",
		      before, after);
	assert_true(after < 3 * before + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(frames_with_another_mac_are_dropped),
		TEST(rules_are_those_of_the_go_plugin),
		TEST(a_repeated_add_replaces_port_and_mac),
		TEST(rules_made_by_others_in_any_order_are_removed),
		TEST(gc_spares_ports_that_exist_and_the_living),
		TEST(long_ids_work),
		TEST(many_foreign_rules_do_not_slow_it_down),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
