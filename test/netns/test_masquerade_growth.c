/* SPDX-License-Identifier: Apache-2.0 */
/* test_masquerade_growth.c - thousands of attachments cost what one does */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/isolation.h"
#include "cni/masquerade.h"
#include "cni/nft.h"
#include "cni/owner.h"
#include "node.h"

#define MANY  5000
#define TRIES 30

static struct cni_nft nft;

static int setup(void **state)
{
	struct cni_error err = { 0 };

	(void)state;
	node_enter();
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	(void)state;
	cni_nft_close(&nft);
	return 0;
}

/* 10.1.x.y and fd00:1::z of attachment number @i. */
static void addresses_of(unsigned int i, struct cni_prefix addresses[2])
{
	memset(addresses, 0, 2 * sizeof(*addresses));
	addresses[0].addr.family = AF_INET;
	addresses[0].addr.bytes[0] = 10;
	addresses[0].addr.bytes[1] = 1;
	addresses[0].addr.bytes[2] = (uint8_t)(i >> 8);
	addresses[0].addr.bytes[3] = (uint8_t)i;
	addresses[0].len = 16;
	addresses[1].addr.family = AF_INET6;
	addresses[1].addr.bytes[0] = 0xfd;
	addresses[1].addr.bytes[14] = (uint8_t)(i >> 8);
	addresses[1].addr.bytes[15] = (uint8_t)i;
	addresses[1].len = 64;
}

static void masquerade(unsigned int i, bool isolated)
{
	struct cni_prefix addresses[2];
	const struct cni_masquerade_spec spec = {
		.backend = CNI_MASQUERADE_NFTABLES,
		.addresses = addresses,
		.address_count = 2,
		.ipv4 = true,
		.ipv6 = true,
		.random = true,
		.drop_invalid = true,
	};
	const struct cni_isolation_spec isolation = {
		.level = CNI_ISOLATION_STRICT,
		.bridge = "br0",
		.addresses = addresses,
		.address_count = 2,
	};
	struct cni_error err = { 0 };
	char id[16];
	const struct cni_owner owner = { "net1", id, "eth0" };

	(void)snprintf(id, sizeof(id), "c%u", i);
	addresses_of(i, addresses);
	if (cni_masquerade_add(&nft, &owner, &spec, &err) != 0 ||
	    (isolated && cni_isolation_add(&nft, &owner, &isolation, &err)))
		fail_msg("%s (%s)", err.msg, err.details);
}

static void del(unsigned int i, bool isolated)
{
	struct cni_error err = { 0 };
	char id[16];
	const struct cni_owner owner = { "net1", id, "eth0" };

	(void)snprintf(id, sizeof(id), "c%u", i);
	if (cni_masquerade_del(&nft, &owner, &err) != 0 ||
	    (isolated && cni_isolation_del(&nft, &owner, &err)))
		fail_msg("%s (%s)", err.msg, err.details);
}

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The fastest of several, in milliseconds: others use the machine, too. */
static void measure(double *ret_add, double *ret_del, bool isolated)
{
	*ret_add = 1e9;
	*ret_del = 1e9;
	for (unsigned int i = 0; i < TRIES; i++) {
		double start = now_ms();
		double added;
		double removed;

		masquerade(MANY + 1 + i, isolated);
		added = now_ms();
		del(MANY + 1 + i, isolated);
		removed = now_ms();
		*ret_add = added - start < *ret_add ? added - start : *ret_add;
		*ret_del = removed - added < *ret_del ? removed - added
						      : *ret_del;
	}
}

static void compare(bool isolated)
{
	double add_few;
	double del_few;
	double add_many;
	double del_many;

	masquerade(0, isolated);
	measure(&add_few, &del_few, isolated);
	for (unsigned int i = 1; i < MANY; i++)
		masquerade(i, isolated);
	measure(&add_many, &del_many, isolated);
	print_message("%sADD %.3f ms, DEL %.3f ms; with %d others ADD %.3f ms, "
		      "DEL %.3f ms\n",
		      isolated ? "with isolation: " : "", add_few, del_few,
		      MANY, add_many, del_many);
	assert_true(add_many < 1.5 * add_few + 0.05);
	assert_true(del_many < 1.5 * del_few + 0.05);
	for (unsigned int i = 0; i < MANY; i++)
		del(i, isolated);
	assert_no_output("nft list ruleset", "10.1.", "chain masq4-", NULL);
}

static void masquerading_is_flat(void **state)
{
	(void)state;
	compare(false);
}

static void isolation_is_flat(void **state)
{
	(void)state;
	compare(true);
}

static void gc_of_thousands_takes_few_transactions(void **state)
{
	struct cni_error err = { 0 };
	char *generations;
	double start;

	(void)state;
	for (unsigned int i = 0; i < MANY; i++)
		masquerade(i, true);
	sh("timeout 30 nft monitor > /run/netns/monitor 2>/dev/null "
	   "</dev/null & sleep 0.5");
	start = now_ms();
	if (cni_masquerade_gc(&nft, "net1", NULL, 0, &err) != 0 ||
	    cni_isolation_gc(&nft, "net1", NULL, 0, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
	print_message("GC of %d attachments: %.1f ms\n", MANY,
		      now_ms() - start);
	assert_no_output("nft list ruleset", "10.1.", "chain masq4-", NULL);
	generations = sh_output("sleep 1; grep -c 'new generation' "
				"/run/netns/monitor");
	assert_in_range(atoi(generations), 2, 20);
	free(generations);
}

/* Every attachment comes and goes; the network's chains with the last one. */
static void storm(unsigned int worker)
{
	cni_nft_close(&nft);
	if (cni_nft_open(&nft, NULL) != 0)
		_exit(1);
	for (unsigned int round = 0; round < 20; round++) {
		masquerade(worker, true);
		if (round % 3)
			masquerade(worker, true);
		del(worker, true);
	}
	_exit(0);
}

static void attachments_at_once_neither_fail_nor_leave_anything(void **state)
{
	enum { WORKERS = 32 };
	pid_t pids[WORKERS];
	int status;

	(void)state;
	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			storm(i);
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_no_output("nft list ruleset", "10.1.", "fd00::", "chain masq4-",
			 "chain drop4-", NULL);
	assert_output("nft list ruleset", "chain postrouting", NULL);
	assert_no_output("nft list table inet cni_masquerade", "saddr", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(masquerading_is_flat),
		TEST(isolation_is_flat),
		TEST(gc_of_thousands_takes_few_transactions),
		TEST(attachments_at_once_neither_fail_nor_leave_anything),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
