/* SPDX-License-Identifier: Apache-2.0 */
/* test_forward.c - forwarding that somebody else's chain drops */
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

/* Pod 3 is outside; somebody's chain drops what the host forwards. */
static int setup_drop(void **state)
{
	int ret = e2e_setup(state);

	sh("ip link add up0 type veth peer name out0 netns p3 && "
	   "ip addr add 192.0.2.2/24 dev up0 && ip link set up0 up && "
	   "ip -n p3 addr add 192.0.2.1/24 dev out0 && "
	   "ip -n p3 link set out0 up && "
	   "ip -n p3 route add 10.0.0.0/8 via 192.0.2.2 && "
	   "nft 'add table ip filter; add chain ip filter FORWARD { type "
	   "filter hook forward priority filter; policy drop; }'");
	return ret;
}

static void add_warns_of_the_chain(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isDefaultGateway\":true",
		       "10.1.0.0/24");
	e2e_call(e2e, "bridge", "ADD", "c1", e2e->pod_paths[0], conf, &answer);
	assert_int_equal(answer.status, 0);
	assert_non_null(strstr(answer.err, "FORWARD"));
	assert_non_null(strstr(answer.err, "forwardAccept"));
	e2e_answer_done(&answer);
	assert_false(e2e_ping(e2e->pods[0], "192.0.2.1"));
}

static void status_warns_of_the_chain(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isDefaultGateway\":true",
		       "10.1.0.0/24");
	e2e_call(e2e, "bridge", "STATUS", "", "", conf, &answer);
	assert_int_equal(answer.status, 0);
	assert_non_null(strstr(answer.err, "FORWARD"));
	e2e_answer_done(&answer);
}

static void forward_accept_opens_it_until_the_last_del(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"isDefaultGateway\":true,\"forwardAccept\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	assert_true(e2e_ping(e2e->pods[0], "192.0.2.1"));
	e2e_del(e2e, "c1", 0, conf);
	assert_true(e2e_ping(e2e->pods[1], "192.0.2.1"));
	e2e_del(e2e, "c2", 1, conf);
	assert_no_output("nft list chain ip filter FORWARD", "cni0", NULL);
}

static void check_names_the_chain_whose_accept_rules_are_gone(void **state)
{
	static const struct {
		const char *change;
		const char *text;
	} mutations[] = {
		{ "nft flush chain ip filter FORWARD", "FORWARD" },
		/* One direction is not enough. */
		{ "nft delete rule ip filter FORWARD handle $(nft -a list "
		  "chain ip filter FORWARD | sed -n 's/.*oifname \"cni0\".*# "
		  "handle //p' | head -n 1)",
		  "FORWARD" },
		{ "nft 'add table ip late; add chain ip late closed { type "
		  "filter hook forward priority 5; policy drop; }'",
		  "closed" },
	};
	struct e2e *e2e = *state;

	for (size_t i = 0; i < sizeof(mutations) / sizeof(mutations[0]); i++) {
		char plain[E2E_CONF_MAX];
		char conf[E2E_CONF_MAX];
		json_object *result;

		(void)e2e_conf(e2e, plain, "1.1.0",
			       ",\"isDefaultGateway\":true,"
			       "\"forwardAccept\":true",
			       "10.1.0.0/24");
		result = e2e_add(e2e, "c1", 0, plain);
		e2e_with_result(conf, plain, result);
		e2e_check(e2e, conf);
		sh("%s", mutations[i].change);
		e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140,
			 mutations[i].text);
		json_object_put(result);
		e2e_del(e2e, "c1", 0, plain);
	}
}

int main(void)
{
#define DROP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_drop, e2e_teardown)
	const struct CMUnitTest tests[] = {
		DROP_TEST(add_warns_of_the_chain),
		DROP_TEST(status_warns_of_the_chain),
		DROP_TEST(forward_accept_opens_it_until_the_last_del),
		DROP_TEST(check_names_the_chain_whose_accept_rules_are_gone),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
