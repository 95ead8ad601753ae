/* SPDX-License-Identifier: Apache-2.0 */
/* skel.c - the skeleton of a plugin: environment, stdin, dispatch, answer */
#include "cni/skel.h"

int cni_main(const struct cni_plugin *plugin, int argc, char **argv)
{
	(void)plugin;
	(void)argc;
	(void)argv;
	return 1;
}
