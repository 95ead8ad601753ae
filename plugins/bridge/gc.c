/* SPDX-License-Identifier: Apache-2.0 */
/* gc.c - GC: remove what belongs to no living attachment of the network */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "cni/invoke.h"
#include "cni/linger.h"

#include "autoremove.h"
#include "conf.h"
#include "firewall.h"
#include "names.h"
#include "verbs.h"

/* The part of an alias that identifies an attachment. */
struct key {
	char text[BRIDGE_ALIAS_ATTACHMENT_LEN + 1];
};

/* One GC: who lives, and which links of the network do not belong to them. */
struct gc {
	const struct cni_call *call;
	char network[BRIDGE_ALIAS_SIZE];
	struct key *living;
	size_t living_count;
	uint32_t *orphans;
	size_t orphan_count;
	size_t orphan_capacity;
};

static struct key to_key(const char *alias)
{
	struct key key = { { 0 } };

	memcpy(key.text, alias, strnlen(alias, BRIDGE_ALIAS_ATTACHMENT_LEN));
	return key;
}

static int by_text(const void *a, const void *b)
{
	const struct key *left = a;
	const struct key *right = b;

	return strcmp(left->text, right->text);
}

static int list_living(struct gc *gc, const struct cni_attachment_list *valid,
		       struct cni_error *reterr)
{
	char alias[BRIDGE_ALIAS_SIZE];

	gc->living = calloc(valid->count + 1, sizeof(*gc->living));
	if (!gc->living)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "list attachments");
	for (size_t i = 0; i < valid->count; i++) {
		const struct cni_owner owner = { gc->call->name,
						 valid->items[i].container_id,
						 valid->items[i].ifname };

		bridge_alias(&owner, alias);
		gc->living[gc->living_count++] = to_key(alias);
	}
	qsort(gc->living, gc->living_count, sizeof(*gc->living), by_text);
	return 0;
}

static bool is_orphan(const struct gc *gc, const struct cni_link *link)
{
	struct key key;

	if (!bridge_alias_in_network(link->alias, gc->network))
		return false;
	key = to_key(link->alias);
	return !bsearch(&key, gc->living, gc->living_count, sizeof(key),
			by_text);
}

static int take_link(const struct nlmsghdr *message, void *data)
{
	struct gc *gc = data;
	struct cni_link link;
	uint32_t *more;

	if (!message) {
		gc->orphan_count = 0;
		return 0;
	}
	if (cni_link_parse(message, &link) < 0 || !is_orphan(gc, &link))
		return 0;
	if (gc->orphan_count == gc->orphan_capacity) {
		size_t capacity = gc->orphan_capacity * 2 + 16;

		more = reallocarray(gc->orphans, capacity, sizeof(*more));
		if (!more)
			return -ENOMEM;
		gc->orphans = more;
		gc->orphan_capacity = capacity;
	}
	gc->orphans[gc->orphan_count++] = link.index;
	return 0;
}

/* All veths: somebody may have taken one out of its bridge. */
static int find_orphans(struct cni_nl *host, struct gc *gc,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	size_t info;
	int ret;

	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	cni_nl_put_u32(&req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	info = cni_nl_nest_begin(&req, IFLA_LINKINFO);
	cni_nl_put_str(&req, IFLA_INFO_KIND, "veth");
	cni_nl_nest_end(&req, info);
	ret = cni_nl_dump(host, &req, take_link, gc, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "list interfaces") : 0;
}

static int delete_orphans(struct cni_nl *host, struct gc *gc,
			  struct cni_error *reterr)
{
	int first = find_orphans(host, gc, reterr);

	for (size_t i = 0; first == 0 && i < gc->orphan_count; i++) {
		int ret = cni_linger_delete_link(host, gc->orphans[i], reterr);

		if (ret < 0 && ret != -ENODEV)
			first = ret;
	}
	return first;
}

static int collect_links(struct gc *gc, const struct bridge_conf *conf,
			 const struct cni_attachment_list *valid,
			 struct cni_error *reterr)
{
	const struct cni_owner anybody = { gc->call->name, "", "" };
	CNI_CLEANUP(nl) struct cni_nl host = { 0 };
	int ret;

	bridge_alias(&anybody, gc->network);
	ret = list_living(gc, valid, reterr);
	if (ret == 0)
		ret = cni_nl_open(&host, NETLINK_ROUTE, reterr);
	if (ret == 0)
		ret = delete_orphans(&host, gc, reterr);
	if (ret == 0)
		ret = bridge_auto_remove(&host, conf, reterr);
	free(gc->living);
	free(gc->orphans);
	return ret;
}

int bridge_gc(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(attachments) struct cni_attachment_list valid = { 0 };
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf;
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	struct gc gc = { .call = call };
	struct cni_error err;
	int first;
	int ret;

	bridge_conf_decode_lenient(call, &conf);
	ret = cni_attachments_decode(call->conf, &valid, reterr);
	if (ret < 0)
		return ret;
	first = collect_links(&gc, &conf, &valid, reterr);
	ret = bridge_firewall_gc(&nft, call->name, &valid, &err);
	first = cni_error_gather(first, reterr, ret, &err);
	/* After the interfaces: their addresses must not be given away. */
	if (bridge_conf_is_layer3(&conf)) {
		ret = cni_delegate_run(call, conf.ipam_type, CNI_COMMAND_GC,
				       NULL, &err);
		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}
