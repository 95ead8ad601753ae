/* SPDX-License-Identifier: Apache-2.0 */
/* skel_conf.c - what every configuration must have: a name and a version */
#include <errno.h>

#include "skel_internal.h"

/* A string member; "" when it is absent or null. */
static int get_string(json_object *conf, const char *key, const char *context,
		      const char **ret_text, struct cni_error *reterr)
{
	json_object *value = cni_json_get(conf, key);

	*ret_text = value ? cni_json_string(value) : "";
	if (*ret_text)
		return 0;
	return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
			     "%s: \"%s\" must be a string, not %s", context,
			     key,
			     json_object_is_type(value, json_type_string)
				     ? "one with a NUL"
				     : cni_json_type_name(value));
}

static int check_name(const char *name, struct cni_error *reterr)
{
	int ret;

	if (!name[0])
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "missing network name");
	if (cni_valid_id(name))
		return 0;
	ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			    "invalid characters found in network name");
	cni_error_details(reterr, "%s", name);
	return ret;
}

int cni_skel_conf(struct cni_call *call, struct cni_error *reterr)
{
	int ret;

	if (call->conf && !json_object_is_type(call->conf, json_type_object))
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "error unmarshall network config: must "
				     "be an object, not %s",
				     cni_json_type_name(call->conf));
	ret = get_string(call->conf, "name", "error unmarshall network config",
			 &call->name, reterr);
	if (!ret)
		ret = check_name(call->name, reterr);
	/* As in Go, an unknown command is refused before. */
	call->cni_version = "";
	if (!ret && call->args.command != CNI_COMMAND_UNKNOWN)
		ret = get_string(call->conf, "cniVersion",
				 "decoding version from network config",
				 &call->cni_version, reterr);
	return ret;
}
