/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the bridge plugin's verb table */
#include "cni/skel.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = { .name = "bridge" };

	return cni_main(&plugin, argc, argv);
}
