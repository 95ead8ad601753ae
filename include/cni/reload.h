/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h - putting back what a flush of the host's rules has taken
 *
 * DOC: Theory of Operation
 *
 * `nft flush ruleset`, or a firewall's restart that does the same, takes what
 * plugins have put there for living pods, and CNI has no verb to put it back.
 * `<plugin> --reload [--cache-dir DIR]`, run by hand or after the firewall's
 * start, does it for all attachments of the node, from the results that
 * runtimes keep (cni/cached.h), oldest first:
 *
 *	the pod is gone		nothing is done: results outlive a reboot
 *	CHECK finds it whole	nothing is done
 *	else			it is put back, as by an ADD
 *
 * A DEL that runs at the same time must not be undone, so after putting back it
 * is looked whether file and pod are still there; if not, it is taken away
 * again.  Because a DEL of a list may just have left the plugin and not come to
 * the pod's interface yet, this is done once more at the end, a second
 * later.  What that cannot see, GC removes.
 *
 * What was done is printed as JSON: a list of objects with network,
 * containerID, ifname and outcome ("unchanged", "applied", "gone", "failed");
 * with reason, what CHECK missed or why it failed.
 */
#ifndef CNI_RELOAD_H
#define CNI_RELOAD_H

#include "cni/skel.h"

/**
 * struct cni_reload - a plugin's part in it
 * @type: the plugin's type in network configurations
 * @netns_is_gone: does this path name no network namespace (any more)?
 * @check: is it all there?  As the verb, call->conf has prevResult.
 * @add: put it back; replaces what is left of it
 * @del: take it away again; succeeds when there is nothing
 *
 * Only what a flush takes is meant; links, addresses and leases are not looked
 * at.
 */
struct cni_reload {
	const char *type;
	bool (*netns_is_gone)(const char *path);
	int (*check)(const struct cni_call *call, struct cni_error *reterr);
	int (*add)(const struct cni_call *call, struct cni_error *reterr);
	int (*del)(const struct cni_call *call, struct cni_error *reterr);
};

/**
 * cni_reload_option() - the command line option --reload
 * @reload: the plugin's part
 * @argc: of main()
 * @argv: of main()
 *
 * A file that cannot be read, or is not what its name says, is warned of and
 * passed over; what it stands for was not put back.
 *
 * Return: exit status: 0 all attachments are whole, 1 not all, 2 the command
 * line cannot be understood; -ENOENT another option.
 */
int cni_reload_option(const struct cni_reload *reload, int argc, char **argv);

#endif /* CNI_RELOAD_H */
