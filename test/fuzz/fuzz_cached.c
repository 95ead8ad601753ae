/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cached.c - what a runtime keeps of an attachment that it has added */
#include "cni/args.h"
#include "cni/cached.h"
#include "cni/result.h"
#include "fuzz.h"

/* What is made of it has to be what skel takes from a runtime. */
static void check_conf(const struct cni_cached *cached, const char *type)
{
	CNI_CLEANUP(json) json_object *conf = NULL;
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct cni_error err;
	int ret = cni_cached_conf(cached, type, &conf, &err);

	fuzz_require(ret == 0 || ret == 1);
	if (ret == 0)
		return;
	fuzz_require(json_object_is_type(conf, json_type_object));
	fuzz_require(!!cni_json_string(cni_json_get(conf, "name")));
	(void)cni_result_prev(conf, "1.0.0", &result, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(cached) struct cni_cached cached;
	struct cni_error err;

	if (cni_cached_parse((const char *)data, size, &cached, &err))
		return 0;
	fuzz_require(cni_valid_id(cached.network));
	fuzz_require(cni_valid_id(cached.container_id));
	fuzz_require(!cni_check_ifname(cached.ifname, &err));
	check_conf(&cached, "portmap");
	check_conf(&cached, "bridge");
	return 0;
}
