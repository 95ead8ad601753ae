/* SPDX-License-Identifier: Apache-2.0 */
/* hostend.c - find an attachment's host veth by its derived name */
#include <errno.h>

#include "cni/linger.h"

#include "hostend.h"
#include "mac.h"
#include "names.h"

/*
 * An ADD that was killed right after the veth came into being has left no
 * alias; the derived MAC, given at birth, tells as much.
 */
static bool is_ours(const struct cni_link *link, const char *alias)
{
	struct cni_mac mac;

	if (link->alias[0])
		return bridge_alias_same(link->alias, alias);
	mac = bridge_mac_for_port(alias);
	return cni_mac_equal(&link->mac, &mac);
}

int bridge_find_host_end(struct cni_nl *host, const char *alias,
			 struct cni_link *ret_link, struct cni_error *reterr)
{
	/*
	 * Every candidate is looked at: whoever had an earlier one when the
	 * veth was made may be gone by now.
	 */
	for (unsigned int i = 0; i < BRIDGE_HOST_NAME_TRIES; i++) {
		char name[IFNAMSIZ];
		int ret;

		bridge_host_name(alias, i, name);
		ret = cni_link_get(host, name, ret_link, reterr);
		if (ret == -ENODEV)
			continue;
		if (ret < 0)
			return ret;
		if (is_ours(ret_link, alias))
			return 0;
	}
	return -ENODEV;
}

int bridge_delete_host_end(struct cni_nl *host, const char *alias,
			   struct cni_error *reterr)
{
	struct cni_link link;
	int ret;

	ret = bridge_find_host_end(host, alias, &link, reterr);
	if (ret < 0)
		return ret;
	ret = cni_linger_delete_link(host, link.index, reterr);
	/* Somebody else (the netns' end, another DEL) was faster. */
	return ret == -ENODEV ? 0 : ret;
}
