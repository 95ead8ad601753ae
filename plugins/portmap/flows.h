/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flows.h - forgetting the tracked flows of mappings that come or go
 */
#ifndef PORTMAP_FLOWS_H
#define PORTMAP_FLOWS_H

#include "record.h"

/**
 * portmap_flows_coming() - flows to ports that lead to a pod from now on
 * @record: what is published
 *
 * Wherever they led before.  Failures are warnings: the mapping works for new
 * flows.
 */
void portmap_flows_coming(const struct portmap_record *record);

/** portmap_flows_going() - flows that lead to a pod that goes */
void portmap_flows_going(const struct portmap_record *record);

#endif /* PORTMAP_FLOWS_H */
