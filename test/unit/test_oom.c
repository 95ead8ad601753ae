/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oom.c - running out of memory at every single allocation
 *
 * The allocations of the library are counted by wrappers that the linker puts
 * in (--wrap); the n-th fails, for every n until a run needs fewer.  Leaks are
 * the sanitizer's business.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/result.h"
#include "json_text.h"
#include "oom/wrap.h"

static const char *const results[] = {
	"{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.0.0.1/8\",\"routes\":"
	"[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.0.0.2\"}]},"
	"\"ip6\":{\"ip\":\"::1/64\"}}",
	"{\"cniVersion\":\"0.4.0\",\"interfaces\":[{\"name\":\"a\",\"mac\":"
	"\"m\",\"sandbox\":\"s\"}],\"ips\":[{\"version\":\"4\",\"interface\":0,"
	"\"address\":\"10.0.0.1/8\",\"gateway\":\"10.0.0.2\"}]}",
	"{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"a\",\"mtu\":1,"
	"\"socketPath\":\"p\",\"pciID\":\"i\"}],\"ips\":[{\"address\":"
	"\"::1/64\"}],\"routes\":[{\"dst\":\"::/0\",\"mtu\":1,\"table\":2}],"
	"\"dns\":{\"nameservers\":[\"n\",\"o\"],\"domain\":\"d\","
	"\"search\":[\"s\"],\"options\":[\"o\"]}}",
};

#define RESULT_COUNT (sizeof(results) / sizeof(*results))

/* Reads @text, copies its dns and writes all of it in @version's shape. */
static int pass_through(const char *text, enum cni_version version,
			struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	CNI_CLEANUP(json) json_object *written = NULL;
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };
	int ret;

	ret = cni_json_parse(text, strlen(text), &object, reterr);
	if (ret < 0)
		return ret;
	ret = cni_result_from_json(object, "", &result, reterr);
	if (ret < 0)
		return ret;
	ret = cni_dns_copy(&result.dns, &dns);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret, "copy");
	ret = cni_result_to_json(&result, version, &written, reterr);
	if (ret < 0)
		return ret;
	cni_json_format(written, 4, &buf);
	ret = cni_buf_error(&buf);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "format");
	return 0;
}

/* Fails every allocation once; returns how many there were. */
static unsigned int fail_each(const char *text, enum cni_version version)
{
	for (unsigned int n = 1;; n++) {
		struct cni_error err = { 0 };
		int ret;

		fail_allocation(n);
		ret = pass_through(text, version, &err);
		if (!allocation_has_failed()) {
			assert_int_equal(ret, 0);
			return n - 1;
		}
		fail_allocation(0);
		assert_int_equal(ret, -ENOMEM);
		assert_int_equal(err.code, CNI_CODE_INTERNAL);
		assert_int_equal(err.sys_errno, ENOMEM);
		assert_non_null(strstr(err.msg, "Cannot allocate memory"));
	}
}

static void results_survive_running_out_of_memory(void **state)
{
	unsigned int failures = 0;

	(void)state;
	for (size_t i = 0; i < RESULT_COUNT; i++) {
		for (int v = 0; v < CNI_VERSION_COUNT; v++)
			failures += fail_each(results[i], (enum cni_version)v);
	}
	print_message("%u allocations failed\n", failures);
	assert_true(failures > 500);
}

static void building_a_result_reports_every_failure(void **state)
{
	struct cni_route route = { 0 };
	struct cni_result_ip ip = { 0 };
	unsigned int failures = 0;
	int ret;

	(void)state;
	for (unsigned int n = 1;; n++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };

		fail_allocation(n);
		ret = cni_result_add_interface(&result, "a", "m", "s");
		if (ret >= 0)
			ret = cni_result_add_ip(&result, &ip);
		if (ret >= 0)
			ret = cni_result_add_route(&result, &route);
		if (ret >= 0)
			ret = cni_string_list_add(&result.dns.search, "x");
		if (!allocation_has_failed())
			break;
		assert_int_equal(ret, -ENOMEM);
		failures++;
	}
	fail_allocation(0);
	assert_int_equal(ret, 0);
	assert_int_equal(failures, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_survive_running_out_of_memory),
		cmocka_unit_test(building_a_result_reports_every_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
