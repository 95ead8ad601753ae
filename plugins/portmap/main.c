/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the portmap plugin's verb table */
#include "cni/skel.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = { .name = "portmap" };

	return cni_main(&plugin, argc, argv);
}
