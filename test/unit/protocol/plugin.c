/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.c - a plugin for tests of skel
 *
 * Steered by the member "test" of its configuration: "trace" names a file that
 * gets one line per verb that ran; "fail" is the error every verb but DEL
 * answers; "addresses": false leaves the result without addresses, so that it
 * cannot be printed as 0.1.0; "silent": true fails without any error text.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cni/check.h"
#include "cni/file.h"
#include "cni/log.h"
#include "cni/skel.h"

static json_object *steering(const struct cni_call *call, const char *key)
{
	return cni_json_get(cni_json_get(call->conf, "test"), key);
}

static void trace(const struct cni_call *call)
{
	const char *path = cni_json_string(steering(call, "trace"));
	CNI_CLEANUP(fd) int fd = -1;
	char line[128];

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)snprintf(line, sizeof(line), "%s %s %s\n",
		       call->args.command_text, call->name,
		       cni_version_text(call->version));
	(void)cni_write_all(fd, line, strlen(line));
}

static int run(const struct cni_call *call, struct cni_error *reterr)
{
	json_object *fail = steering(call, "fail");
	int ret;

	trace(call);
	if (steering(call, "silent"))
		return -EIO;
	if (!fail)
		return 0;
	ret = cni_error_set(reterr,
			    json_object_get_int(cni_json_get(fail, "code")),
			    EIO, "%s",
			    cni_json_string(cni_json_get(fail, "msg")));
	if (cni_json_get(fail, "details"))
		cni_error_details(
			reterr, "%s",
			cni_json_string(cni_json_get(fail, "details")));
	return ret;
}

static int add(const struct cni_call *call, struct cni_result *ret_result,
	       struct cni_error *reterr)
{
	struct cni_result_ip ip = { .interface = CNI_RESULT_NO_INTERFACE };
	json_object *addresses = steering(call, "addresses");
	int64_t start = cni_log_start();
	int ret = run(call, reterr);

	cni_log_step("make", start, ret, reterr);
	if (ret || (addresses && !json_object_get_boolean(addresses)))
		return ret;
	(void)cni_prefix_parse("10.1.0.2/24", &ip.address);
	(void)cni_addr_parse("10.1.0.1", &ip.gateway);
	return cni_result_add_ip(ret_result, &ip);
}

static int del(const struct cni_call *call, struct cni_error *reterr)
{
	(void)reterr;
	trace(call);
	return 0;
}

static int check_config(const struct cni_call *call, struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "test" },
		{ .key = "isGateway" },
	};

	return cni_check_keys(call->conf, "", fields, 2, reterr);
}

static int option(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--answer") != 0)
		return -ENOENT;
	return printf("42\n") < 0;
}

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "host-local",
		.summary = "a plugin for tests",
		.help = "Keys:\n  test  object  steers what it does\n",
		.add = add,
		.check = run,
		.del = del,
		.gc = run,
		.status = run,
		.check_config = check_config,
		.option = option,
	};

	return cni_main(&plugin, argc, argv);
}
