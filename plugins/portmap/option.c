/* SPDX-License-Identifier: Apache-2.0 */
/* option.c - command line options of the portmap plugin */
#include <string.h>

#include "cni/netns.h"
#include "cni/reload.h"

#include "list.h"
#include "verbs.h"

int portmap_option(int argc, char **argv)
{
	static const struct cni_reload reload = {
		.type = "portmap",
		.netns_is_gone = cni_netns_is_gone,
		.check = portmap_is_intact,
		.add = portmap_restore,
		.del = portmap_del,
	};

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return portmap_list();
	return cni_reload_option(&reload, argc, argv);
}
