/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the bridge plugin's verb table */
#include "../host-local/plugin.h"

#include "conf.h"
#include "help.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	static const struct cni_builtin *const builtins[] = { &hl_builtin,
							      NULL };
	static const struct cni_plugin plugin = {
		.name = "bridge",
		.summary = "connects pods to a Linux bridge",
		.usage = usage,
		.help = help,
		.files = files,
		.add = bridge_add,
		.check = bridge_check,
		.del = bridge_del,
		.gc = bridge_gc,
		.status = bridge_status,
		.check_config = bridge_check_config,
		.builtins = builtins,
		.option = bridge_option,
	};

	return cni_main(&plugin, argc, argv);
}
