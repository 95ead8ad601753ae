/* SPDX-License-Identifier: Apache-2.0 */
/* test_owner.c - the identity of an attachment as key and comment */
#include <string.h>

#include "cmocka_env.h"

#include "cni/owner.h"

/* Comments that the Go plugins wrote for these attachments. */
static void comments_are_those_of_the_go_plugins(void **state)
{
	static const struct {
		struct cni_owner owner;
		const char *comment;
	} rows[] = {
		{ { "unit-test", "one", "eth0" },
		  "6fd94d501e58f0aa-287fc69eff0574a2, net: unit-test, "
		  "if: eth0, id: one" },
		{ { "alternate", "three", "net1" },
		  "82783ef24bdc7036-acb19d111858e348, net: alternate, "
		  "if: net1, id: three" },
		{ { "net1", "c1", "eth0" },
		  "8e48f37d5de60467-f4d01f2ef4b92245, net: net1, if: eth0, "
		  "id: c1" },
	};
	char comment[CNI_OWNER_COMMENT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cni_owner_comment(&rows[i].owner, comment);
		assert_string_equal(comment, rows[i].comment);
		assert_true(cni_owner_matches(&rows[i].owner, comment));
		assert_false(
			cni_owner_matches(&rows[(i + 1) % 3].owner, comment));
	}
}

static void long_names_are_cut_and_quotes_left_out(void **state)
{
	struct cni_owner owner = { .network = "n\"et", .ifname = "eth0" };
	char comment[CNI_OWNER_COMMENT_SIZE];
	char id[300];

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	owner.container_id = id;
	cni_owner_comment(&owner, comment);
	assert_true(strlen(comment) <= 128);
	assert_null(strchr(comment, '"'));
	assert_true(cni_owner_matches(&owner, comment));
}

static void keys_of_a_network_begin_alike(void **state)
{
	const struct cni_owner owners[] = { { "net1", "c1", "eth0" },
					    { "net1", "c2", "eth0" },
					    { "net2", "c1", "eth0" } };
	uint8_t keys[3][CNI_OWNER_KEY];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		cni_owner_key(&owners[i], keys[i]);
	assert_memory_equal(keys[0], keys[1], CNI_OWNER_NETWORK_KEY);
	assert_memory_not_equal(keys[0], keys[1], CNI_OWNER_KEY);
	assert_memory_not_equal(keys[0], keys[2], CNI_OWNER_NETWORK_KEY);
	assert_true(cni_owner_in(owners, 2, keys[1]));
	assert_false(cni_owner_in(owners, 2, keys[2]));
}

static void keys_come_back_from_comments(void **state)
{
	static const char *const foreign[] = {
		"",
		"6fd94d501e58f0aa",
		"6fd94d501e58f0aa-287fc69eff0574a",
		"6fd94d501e58f0aa-287fc69eff0574a2x",
		"6FD94D501E58F0AA-287fc69eff0574a2",
		"6fd94d501e58f0aa 287fc69eff0574a2",
		"a container id",
	};
	const struct cni_owner owner = { "net1", "c1", "eth0" };
	char comment[CNI_OWNER_COMMENT_SIZE];
	uint8_t key[CNI_OWNER_KEY];
	uint8_t back[CNI_OWNER_KEY];

	(void)state;
	cni_owner_key(&owner, key);
	cni_owner_comment(&owner, comment);
	assert_true(cni_owner_key_of(comment, back));
	assert_memory_equal(key, back, sizeof(key));
	comment[CNI_OWNER_HASH_LEN] = '\0';
	assert_true(cni_owner_key_of(comment, back));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		assert_false(cni_owner_key_of(foreign[i], back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_are_those_of_the_go_plugins),
		cmocka_unit_test(long_names_are_cut_and_quotes_left_out),
		cmocka_unit_test(keys_of_a_network_begin_alike),
		cmocka_unit_test(keys_come_back_from_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
