/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_result_go.c - results as Go's portmap writes them
 *
 * portmap without port mappings prints its prevResult in the version of its
 * configuration.  It is taken from CNI_REF_PATH (default /usr/lib/cni).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/result.h"
#include "json_text.h"
#include "run.h"

/**
 * struct row - one prevResult
 * @version: cniVersion of the configuration
 * @prev: the prevResult
 * @current: plugins before 1.6.0 write it otherwise
 */
struct row {
	const char *version;
	const char *prev;
	bool current;
};

static const struct row rows[] = {
	{ "0.1.0", "{}", false },
	{ "0.3.1", "{}", false },
	{ "0.4.0", "{}", false },
	{ "1.0.0", "{}", true },
	{ "1.1.0", "{}", true },
	{ "1.1.0", "{\"cniVersion\":\"1.0.0\"}", true },
	{ "1.0.0", "{\"cniVersion\":\"1.1.0\"}", true },
	{ "0.1.0", "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.0.0.1/8\"}}",
	  false },
	{ "0.3.0", "{\"cniVersion\":\"0.4.0\"}", false },
	{ "0.4.0", "{\"cniVersion\":\"0.3.0\"}", false },
	{ "0.4.0", "{\"cniVersion\":\"1.0.0\"}", false },
	{ "1.1.0", "{\"cniVersion\":\"0.4.0\"}", true },
	{ "0.2.0", "{\"cniVersion\":\"0.3.0\"}", false },
	{ "1.1.0", "{\"cniVersion\":\"9.9.9\"}", true },
	{ "1.1.0", "{\"cniVersion\":5}", true },
	{ "1.1.0", "{\"cniVersion\":null,\"CNIVERSION\":\"1.0.0\"}", true },
	{ "0.4.0", "[]", false },
	{ "0.4.0", "\"x\"", false },
	{ "0.4.0", "null", false },
	{ "0.4.0", "{\"interfaces\":[{}],\"ips\":[],\"routes\":null}", false },
	{ "0.4.0", "{\"interfaces\":[{\"name\":\"a\",\"mtu\":5,\"pciID\":7}]}",
	  false },
	{ "0.4.0", "{\"interfaces\":{}}", false },
	{ "0.4.0", "{\"interfaces\":[{\"name\":5}]}", false },
	{ "0.4.0", "{\"interfaces\":[7]}", false },
	{ "0.3.0",
	  "{\"ips\":[{\"version\":\"4\",\"address\":\"10.0.0.1/8\","
	  "\"interface\":-1,\"gateway\":\"\"}]}",
	  false },
	{ "0.3.0",
	  "{\"ips\":[{\"version\":\"4\",\"interface\":7,"
	  "\"address\":\"::ffff:10.0.0.1/120\"}]}",
	  false },
	{ "0.3.0",
	  "{\"ips\":[{\"version\":\"6\",\"address\":\"FD00::1.2.3.4/64\","
	  "\"gateway\":\"::1.2.3.4\"}]}",
	  false },
	{ "0.3.0", "{\"ips\":[{\"version\":6,\"address\":\"::1/64\"}]}",
	  false },
	{ "0.3.0", "{\"ips\":[{\"version\":\"6\"}]}", false },
	{ "0.3.0", "{\"ips\":[{\"version\":\"6\",\"address\":\"::1\"}]}",
	  false },
	{ "0.3.0", "{\"ips\":[{\"version\":\"6\",\"address\":null}]}", false },
	{ "0.3.0", "{\"ips\":[{\"gateway\":\"10.0.0.1/8\"}]}", false },
	{ "0.3.0", "{\"ips\":[{\"interface\":1.5}]}", false },
	{ "0.4.0", "{\"routes\":[{\"gw\":\"10.0.0.1\"}]}", false },
	{ "0.4.0", "{\"routes\":[{\"dst\":null}]}", false },
	{ "0.4.0", "{\"routes\":[{\"dst\":\"10.1.2.3/08\"}]}", false },
	{ "0.4.0", "{\"routes\":[{\"dst\":\"10.01.2.3/8\"}]}", false },
	{ "0.4.0",
	  "{\"routes\":[{\"dst\":\"::/0\",\"mtu\":-1,\"scope\":0,"
	  "\"table\":null}]}",
	  true },
	{ "1.1.0",
	  "{\"routes\":[{\"dst\":\"10.0.0.0/8\",\"mtu\":0,\"table\":0,"
	  "\"priority\":1,\"advmss\":2}]}",
	  true },
	{ "1.1.0", "{\"routes\":[{\"table\":\"main\"}]}", true },
	{ "1.1.0",
	  "{\"interfaces\":[{\"mtu\":1,\"socketPath\":\"s\",\"pciID\":\"p\","
	  "\"sandbox\":\"\\u2028<&>\\u00e9\\ud800\\u0001\\u007f\"}]}",
	  true },
	{ "0.4.0",
	  "{\"dns\":{\"nameservers\":[],\"domain\":\"\",\"search\":[\"a\"],"
	  "\"options\":[\"b\",\"c\"]}}",
	  false },
	{ "1.0.0", "{\"dns\":{\"nameservers\":[\"1\"],\"domain\":\"d\"}}",
	  true },
	{ "1.1.0", "{\"dns\":{\"nameservers\":[]}}", true },
	{ "1.1.0", "{\"dns\":[]}", true },
	{ "1.1.0", "{\"dns\":{\"search\":\"a\"}}", true },
	{ "0.2.0",
	  "{\"ip4\":{\"ip\":\"10.0.0.1/8\",\"gateway\":\"10.0.0.2\","
	  "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.0.0.3\"}]},"
	  "\"ip6\":{\"ip\":\"::1/64\",\"routes\":[{\"dst\":\"::/0\"}]}}",
	  false },
	{ "0.2.0", "{\"ip4\":[]}", false },
	{ "0.2.0", "{\"ip4\":{\"ip\":\"10.0.0.1\"}}", false },
	{ "0.2.0", "{\"ip4\":{\"ip\":\"10.0.0.1/8\"},\"ips\":7}", false },
};

#define ROW_COUNT (sizeof(rows) / sizeof(*rows))

/* What portmap answers; NULL when it refuses the prevResult. */
static char *theirs(const char *plugin, const struct row *row)
{
	static const char *const env[] = {
		"CNI_COMMAND=ADD",     "CNI_CONTAINERID=c1", "CNI_IFNAME=eth0",
		"CNI_NETNS=/dev/null", "CNI_PATH=/nowhere",  NULL
	};
	CNI_CLEANUP(buf) struct cni_buf conf = { 0 };
	struct run_result result;
	struct run run = { .path = plugin, .env = env };
	char *answer;

	cni_buf_addf(&conf,
		     "{\"name\":\"n\",\"type\":\"portmap\","
		     "\"cniVersion\":\"%s\",\"prevResult\":%s}",
		     row->version, row->prev);
	run.input = cni_buf_text(&conf);
	run_program(&run, &result);
	answer = result.status == 0 ? strdup(result.out) : NULL;
	run_result_done(&result);
	return answer;
}

/* The same with our functions. */
static char *ours(const struct row *row)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(json) json_object *prev = parse_json(row->prev);
	CNI_CLEANUP(json) json_object *conf = json_object_new_object();
	CNI_CLEANUP(json) json_object *written = NULL;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	enum cni_version version;

	assert_int_equal(cni_version_lookup(row->version, &version, NULL), 0);
	json_object_object_add(conf, "prevResult", cni_take_ptr(prev));
	if (cni_result_prev(conf, row->version, &result, NULL) ||
	    cni_result_to_json(&result, version, &written, NULL))
		return NULL;
	cni_json_format(written, 4, &text);
	return strdup(cni_buf_text(&text));
}

/* Does the reference know 1.1.0?  Plugins before 1.6.0 do not. */
static bool is_current(const char *plugin)
{
	static const char *const env[] = { "CNI_COMMAND=VERSION", NULL };
	const struct run run = { .path = plugin, .env = env };
	struct run_result result;
	bool current;

	run_program(&run, &result);
	current = strstr(result.out, "\"1.1.0\"") != NULL;
	run_result_done(&result);
	return current;
}

static bool same_answer(const char *plugin, const struct row *row)
{
	CNI_CLEANUP(free) char *go = theirs(plugin, row);
	CNI_CLEANUP(free) char *own = ours(row);

	if (go && own && strcmp(go, own) == 0)
		return true;
	if (!go && !own)
		return true;
	print_message("%s in %s: Go's %s\nours %s\n", row->prev, row->version,
		      go ? go : "refused", own ? own : "refused");
	return false;
}

static void prev_results_are_written_as_go_does(void **state)
{
	const char *dir = getenv("CNI_REF_PATH");
	char plugin[512];
	int different = 0;
	int compared = 0;
	bool current;

	(void)state;
	(void)snprintf(plugin, sizeof(plugin), "%s/portmap",
		       dir ? dir : "/usr/lib/cni");
	if (access(plugin, X_OK) < 0) {
		print_message("there is no %s to compare with\n", plugin);
		skip();
	}
	current = is_current(plugin);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].current && !current)
			continue;
		compared++;
		if (!same_answer(plugin, &rows[i]))
			different++;
	}
	print_message("%d of %zu rows compared with %s\n", compared, ROW_COUNT,
		      plugin);
	assert_int_equal(different, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prev_results_are_written_as_go_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
