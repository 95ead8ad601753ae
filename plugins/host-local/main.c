/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the host-local plugin's verb table */
#include "cni/skel.h"

#include "help.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "host-local",
		.summary = "leases addresses of this host's ranges to pods",
		.help = HL_HELP,
		.add = hl_add,
		.check = hl_check,
		.del = hl_del,
		.gc = hl_gc,
		.status = hl_status,
		.check_config = hl_check_config,
	};

	return cni_main(&plugin, argc, argv);
}
