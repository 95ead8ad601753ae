/* SPDX-License-Identifier: Apache-2.0 */
/* tuning.c - a small CNI plugin: sets sysctls in a pod's netns */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cni/check.h>
#include <cni/netns.h>
#include <cni/skel.h>
#include <cni/sysctl.h>

/* Text becomes a path only here: net.core.somaxconn, or with slashes. */
static int sysctl_path(const char *key, char *path, size_t size,
		       struct cni_error *reterr)
{
	size_t len = (size_t)snprintf(path, size, "%s", key);

	for (char *c = path; !strchr(key, '/') && (c = strchr(c, '.'));)
		*c = '/';
	if (len < size && !strncmp(path, "net/", 4) && !strstr(path, ".."))
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "sysctl \"%s\" is not below \"net\"", key);
}

/* Runs inside the pod for ADD and CHECK, outside it for --check-config. */
static int each_sysctl(void *data, struct cni_error *reterr)
{
	const struct cni_call *call = data;
	char path[256], value[CNI_SYSCTL_VALUE_MAX];
	int ret = 0;

	json_object_object_foreach(cni_json_get(call->conf, "sysctl"), key, val)
	{
		const char *wanted = cni_json_string(val);

		ret = sysctl_path(key, path, sizeof(path), reterr);
		if (!ret && !wanted)
			ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					    EINVAL, "%s: no string", key);
		if (!ret && call->args.command == CNI_COMMAND_ADD)
			ret = cni_sysctl_ensure(path, wanted, reterr);
		if (!ret && call->args.command == CNI_COMMAND_CHECK)
			ret = cni_sysctl_read(path, value, reterr);
		if (ret < 0)
			return ret;
		if (call->args.command == CNI_COMMAND_CHECK &&
		    strcmp(value, wanted) != 0)
			return cni_error_set(reterr, CNI_CODE_CHECK_FAILED,
					     EINVAL, "%s is %s, not %s", key,
					     value, wanted);
	}
	return 0;
}

static int check(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int netns = -1;
	int ret = cni_netns_open(call->args.netns, &netns, reterr);

	return ret ? ret
		   : cni_netns_run(netns, each_sysctl, (void *)call, reterr);
}

/* Chained behind others: their result is the answer.  DEL has nothing to do. */
static int add(const struct cni_call *call, struct cni_result *ret_result,
	       struct cni_error *reterr)
{
	int ret = cni_result_prev(call->conf, call->cni_version, ret_result,
				  reterr);

	return ret ? ret : check(call, reterr);
}

static int check_config(const struct cni_call *call, struct cni_error *reterr)
{
	const struct cni_json_field known = { .key = "sysctl" };
	int ret = cni_check_keys(call->conf, "", &known, 1, reterr);

	return ret ? ret : each_sysctl((void *)call, reterr);
}

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "tuning",
		.summary = "sets sysctls in a pod's network namespace",
		.help = "Configuration keys:\n"
			"  sysctl            object [none]: values by name, "
			"e.g. "
			"\"net.core.somaxconn\"\n",
		.add = add,
		.check = check,
		.check_config = check_config,
	};

	return cni_main(&plugin, argc, argv);
}
