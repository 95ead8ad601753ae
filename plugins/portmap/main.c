/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the portmap plugin's verb table */
#include "conf.h"
#include "help.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "portmap",
		.summary = "publishes pods' ports on the node's addresses",
		.usage = usage,
		.help = help,
		.files = files,
		.add = portmap_add,
		.check = portmap_check,
		.del = portmap_del,
		.gc = portmap_gc,
		.status = portmap_status,
		.check_config = portmap_check_config,
		.option = portmap_option,
	};

	return cni_main(&plugin, argc, argv);
}
