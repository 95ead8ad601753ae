/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_lease_conf.c - host-local's configuration, and a search in its ranges */
#include <errno.h>

#include "cni/cleanup.h"
#include "conf.h"
#include "fuzz.h"

static int is_taken(const struct cni_addr *addr, void *context)
{
	unsigned int *left = context;

	(void)addr;
	return *left ? (int)((*left)--, 1) : 0;
}

/* What is found is in the set, and nothing that is never handed out. */
static void search(const struct hl_conf *conf)
{
	const struct hl_pool pool = hl_conf_pool(conf);

	for (size_t i = 0; i < conf->sets.count; i++) {
		const struct hl_range_set *set = &conf->sets.items[i];
		struct cni_addr last = set->items[0].end;
		struct cni_addr addr;
		unsigned int taken = 20;
		int ret =
			hl_pool_next(&pool, i, &last, is_taken, &taken, &addr);

		fuzz_require(ret == 0 || ret == -ENOSPC);
		fuzz_require(ret != 0 || (hl_range_set_find(set, &addr) &&
					  !hl_pool_reserves(&pool, &addr)));
		fuzz_require(ret == 0 ||
			     !hl_pool_surely_has_room(&pool, i, 20));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(json) json_object *json = NULL;
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(hl_conf) struct hl_conf lenient = { 0 };
	struct cni_call call = {
		.args.args = "",
		.cni_version = "1.0.0",
		.version = CNI_VERSION_1_0_0,
	};
	struct cni_error err = { 0 };

	/* Searching huge exhausted ranges is not what this is about. */
	if (cni_json_parse((const char *)data, size, &json, NULL) ||
	    !json_object_is_type(json, json_type_object))
		return 0;
	call.conf = json;
	hl_conf_decode_lenient(&call, &lenient);
	if (hl_conf_decode(&call, &conf, &err) == 0)
		search(&conf);
	else
		fuzz_require(err.code == CNI_CODE_INVALID_CONFIG && err.msg[0]);
	(void)hl_check_config(&call, &err);
	return 0;
}
