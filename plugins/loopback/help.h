/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - what loopback --help says */
#ifndef LOOPBACK_HELP_H
#define LOOPBACK_HELP_H

static const char help[] = "Configuration keys:\n"
			   "  None of its own.  A prevResult is handed through "
			   "as the result of ADD; without\n"
			   "  it the result is lo with its addresses.\n"
			   "\n"
			   "  ADD sets lo up in CNI_NETNS, DEL sets it down, "
			   "CHECK wants it up.  CNI_IFNAME\n"
			   "  must be set but is not used.\n";

#endif /* LOOPBACK_HELP_H */
