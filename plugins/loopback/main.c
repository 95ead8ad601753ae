/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the loopback plugin's verb table */
#include "help.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = {
		.name = "loopback",
		.summary = "sets the loopback interface of a pod up",
		.help = help,
		.add = loopback_add,
		.check = loopback_check,
		.del = loopback_del,
		.check_config = loopback_check_config,
	};

	return cni_main(&plugin, argc, argv);
}
