/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the portmap plugin's verb table */
#include "cni/skel.h"

#include "conf.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "portmap",
		.summary = "publishes pods' ports on the node's addresses",
		.add = portmap_add,
		.del = portmap_del,
		.check_config = portmap_check_config,
	};

	return cni_main(&plugin, argc, argv);
}
