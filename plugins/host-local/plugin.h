/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.h - host-local as part of another executable, see cni/builtin.h
 */
#ifndef HOST_LOCAL_PLUGIN_H
#define HOST_LOCAL_PLUGIN_H

#include "cni/builtin.h"

extern const struct cni_plugin hl_plugin;

/* The executable host-local has this build id. */
extern const struct cni_builtin hl_builtin;

#endif /* HOST_LOCAL_PLUGIN_H */
