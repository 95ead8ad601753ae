/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the host-local plugin */
#include "plugin.h"

int main(int argc, char **argv)
{
	return cni_main(&hl_plugin, argc, argv);
}
