/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nft_vanish.c - waiting for an element to go, on a machine that is slow
 *
 * The clock and the element are those of the functions below.
 */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/nft_elements.h"

static const struct cni_nft_table table = { 1, "t" };
static const struct cni_nft_set set = { .table = &table,
					.name = "s",
					.key_len = 4 };

static struct {
	int64_t now;
	int64_t gone_at; /* 0: never */
	int64_t pause;	 /* how long the process sleeps after the first look */
	uint64_t lifetime;
	unsigned int looks;
} node;

int64_t __wrap_cni_nl_now_ms(void);
int __wrap_cni_nft_get_element(struct cni_nft *nft,
			       const struct cni_nft_set *of, const uint8_t *key,
			       struct cni_nft_element *ret_element,
			       struct cni_error *reterr);

int64_t __wrap_cni_nl_now_ms(void)
{
	return node.now;
}

int __wrap_cni_nft_get_element(struct cni_nft *nft,
			       const struct cni_nft_set *of, const uint8_t *key,
			       struct cni_nft_element *ret_element,
			       struct cni_error *reterr)
{
	(void)nft;
	(void)of;
	(void)key;
	(void)reterr;
	if (node.gone_at && node.now >= node.gone_at)
		return 0;
	ret_element->lifetime_ms = node.lifetime;
	node.now += node.looks++ ? 1 : node.pause;
	return 1;
}

static int vanish(void)
{
	const uint8_t key[4] = { 0 };
	struct cni_nft nft = { 0 };

	return cni_nft_vanish(&nft, &set, key, NULL);
}

static int reset(void **state)
{
	(void)state;
	memset(&node, 0, sizeof(node));
	node.now = 1000;
	node.pause = 1;
	node.lifetime = 4;
	return 0;
}

static void an_element_that_goes_is_waited_for(void **state)
{
	(void)state;
	node.gone_at = 1004;
	assert_int_equal(vanish(), 0);
	assert_int_equal(node.looks, 4);
}

/* It went while nobody looked: that is not one that stays. */
static void a_process_that_is_held_up_looks_again(void **state)
{
	(void)state;
	node.gone_at = 1004;
	node.pause = 10000;
	assert_int_equal(vanish(), 0);
	assert_int_equal(node.looks, 1);
}

static void one_that_stays_is_not_waited_for(void **state)
{
	(void)state;
	node.lifetime = 0;
	assert_int_equal(vanish(), -EOPNOTSUPP);
	assert_int_equal(node.looks, 1);
}

static void one_with_a_long_life_is_given_up(void **state)
{
	(void)state;
	node.lifetime = 3600000;
	assert_int_equal(vanish(), -EOPNOTSUPP);
	assert_in_range(node.looks, 2, 200);
}

#define T(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_element_that_goes_is_waited_for),
		T(a_process_that_is_held_up_looks_again),
		T(one_that_stays_is_not_waited_for),
		T(one_with_a_long_life_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
