/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_skel.c - stdin of a plugin: name, version, attachments, keys */
#include <errno.h>
#include <string.h>

#include "cni/check.h"
#include "cni/cleanup.h"
#include "cni/skel.h"
#include "fuzz.h"
#include "skel_internal.h"

static void check_attachments(json_object *conf)
{
	CNI_CLEANUP(attachments) struct cni_attachment_list list = { 0 };
	struct cni_error err = { 0 };

	if (cni_attachments_decode(conf, &list, &err)) {
		fuzz_require(err.code == CNI_CODE_INVALID_CONFIG &&
			     list.items == NULL && list.count == 0);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct cni_attachment *item = &list.items[i];

		fuzz_require(cni_attachments_have(&list, item->container_id,
						  item->ifname));
		fuzz_require(
			cni_attachments_have_id(&list, item->container_id));
	}
	fuzz_require(!cni_attachments_have_id(&list, ""));
}

static void check_versions(const struct cni_call *call)
{
	enum cni_version version = CNI_VERSION_COUNT;
	struct cni_error err = { 0 };
	int exact = cni_version_lookup(call->cni_version, &version, &err);
	int ret = cni_version_allows(call->cni_version, CNI_VERSION_1_1_0, "GC",
				     &err);

	fuzz_require(exact == 0 || err.code == 1 || err.code == 6);
	/* What is allowed for a verb is one of ours, and new enough. */
	fuzz_require(ret != 0 || (exact == 0 && version >= CNI_VERSION_1_1_0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cni_json_field fields[] = { { .key = "bridge" } };
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct cni_error err = { 0 };
	struct cni_call call = { 0 };

	if (cni_json_parse((const char *)data, size, &conf, &err))
		return 0;
	call.conf = conf;
	(void)cni_check_keys(conf, "", fields, 1, &err);
	check_attachments(conf);
	if (cni_skel_conf(&call, &err)) {
		fuzz_require(err.code == 6 || err.code == 7);
		return 0;
	}
	fuzz_require(cni_valid_id(call.name));
	check_versions(&call);
	return 0;
}
