/* SPDX-License-Identifier: Apache-2.0 */
/* plugin.c - the host-local plugin's verb table */
#include "plugin.h"
#include "help.h"
#include "host_local_identity.h"
#include "verbs.h"

const struct cni_plugin hl_plugin = {
	.name = "host-local",
	.summary = "leases addresses of this host's ranges to pods",
	.help = help,
	.files = files,
	.add = hl_add,
	.check = hl_check,
	.del = hl_del,
	.gc = hl_gc,
	.status = hl_status,
	.check_config = hl_check_config,
};

const struct cni_builtin hl_builtin = {
	.plugin = &hl_plugin,
	.build_id = HL_BUILD_ID,
};
