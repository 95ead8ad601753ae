/* SPDX-License-Identifier: Apache-2.0 */
/* option.c - command line options of the portmap plugin */
#include <errno.h>
#include <string.h>

#include "list.h"
#include "verbs.h"

int portmap_option(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return portmap_list();
	return -ENOENT;
}
