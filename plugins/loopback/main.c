/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the loopback plugin's verb table */
#include "verbs.h"

static const char help[] =
	"Configuration keys: none of its own.\n"
	"\n"
	"  prevResult  handed through as the result of ADD; without it the "
	"result is lo\n"
	"              with its addresses\n"
	"\n"
	"ADD sets lo up in CNI_NETNS, DEL sets it down, CHECK wants it up.  "
	"CNI_IFNAME\n"
	"must be set but is not used.\n";

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
