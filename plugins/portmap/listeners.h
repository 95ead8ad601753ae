/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners.h - processes of the host on ports that are published
 */
#ifndef PORTMAP_LISTENERS_H
#define PORTMAP_LISTENERS_H

#include "record.h"

/**
 * portmap_listeners_warn() - warn where a process of the host is shadowed
 * @record: what is published
 *
 * Such a process gets no connections any more.  Only a warning, because it may
 * be about to end, or serve other addresses; and never a failure.
 */
void portmap_listeners_warn(const struct portmap_record *record);

#endif /* PORTMAP_LISTENERS_H */
