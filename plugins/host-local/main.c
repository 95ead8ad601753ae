/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the host-local plugin's verb table */
#include "cni/skel.h"

int main(int argc, char **argv)
{
	static const struct cni_plugin plugin = { .name = "host-local" };

	return cni_main(&plugin, argc, argv);
}
