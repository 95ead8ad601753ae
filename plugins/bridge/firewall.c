/* SPDX-License-Identifier: Apache-2.0 */
/* firewall.c - what an attachment has in netfilter */
#include <errno.h>
#include <stdlib.h>

#include "cni/isolation.h"
#include "cni/masquerade.h"
#include "cni/spoofcheck.h"

#include "firewall.h"
#include "plan.h"

/* Both directions of one part; bridge_firewall_add() takes them in order. */
struct part {
	bool (*wanted)(const struct bridge_shield *shield);
	int (*add)(struct cni_nft *nft, const struct bridge_shield *shield,
		   const struct cni_prefix *addrs, struct cni_error *reterr);
	int (*check)(struct cni_nft *nft, const struct bridge_shield *shield,
		     const struct cni_prefix *addrs, struct cni_error *reterr);
};

static bool wants_spoofcheck(const struct bridge_shield *shield)
{
	return shield->conf->mac_spoof_check;
}

static int add_spoofcheck(struct cni_nft *nft,
			  const struct bridge_shield *shield,
			  const struct cni_prefix *addrs,
			  struct cni_error *reterr)
{
	int ret;

	(void)addrs;
	ret = cni_spoofcheck_add(nft, shield->owner, shield->port,
				 shield->pod_mac->bytes, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to setup spoof-check")
		       : 0;
}

static int check_spoofcheck(struct cni_nft *nft,
			    const struct bridge_shield *shield,
			    const struct cni_prefix *addrs,
			    struct cni_error *reterr)
{
	(void)addrs;
	return cni_spoofcheck_check(nft, shield->owner, shield->port,
				    shield->pod_mac->bytes, reterr);
}

static bool wants_isolation(const struct bridge_shield *shield)
{
	return shield->conf->isolation != CNI_ISOLATION_NONE &&
	       shield->result->ip_count > 0;
}

/* cni_isolation_add() or cni_isolation_check() */
static int
with_isolation(struct cni_nft *nft, const struct bridge_shield *shield,
	       const struct cni_prefix *addrs,
	       int (*act)(struct cni_nft *nft, const struct cni_owner *owner,
			  const struct cni_isolation_spec *spec,
			  struct cni_error *reterr),
	       struct cni_error *reterr)
{
	const struct cni_isolation_spec spec = {
		.level = shield->conf->isolation,
		.bridge = shield->router,
		.addresses = addrs,
		.address_count = shield->result->ip_count,
	};

	return act(nft, shield->owner, &spec, reterr);
}

static int add_isolation(struct cni_nft *nft,
			 const struct bridge_shield *shield,
			 const struct cni_prefix *addrs,
			 struct cni_error *reterr)
{
	return with_isolation(nft, shield, addrs, cni_isolation_add, reterr);
}

static int check_isolation(struct cni_nft *nft,
			   const struct bridge_shield *shield,
			   const struct cni_prefix *addrs,
			   struct cni_error *reterr)
{
	return with_isolation(nft, shield, addrs, cni_isolation_check, reterr);
}

static bool wants_masquerade(const struct bridge_shield *shield)
{
	return shield->conf->masq != 0;
}

/* cni_masquerade_add() or cni_masquerade_check() */
static int
with_masquerade(struct cni_nft *nft, const struct bridge_shield *shield,
		const struct cni_prefix *addrs,
		int (*act)(struct cni_nft *nft, const struct cni_owner *owner,
			   const struct cni_masquerade_spec *spec,
			   struct cni_error *reterr),
		struct cni_error *reterr)
{
	const struct bridge_conf *conf = shield->conf;
	const struct cni_masquerade_spec spec = {
		.backend = conf->masq_backend,
		.addresses = addrs,
		.address_count = shield->result->ip_count,
		.excludes = conf->masq_exclude.items,
		.exclude_count = conf->masq_exclude.count,
		.ipv4 = (conf->masq & BRIDGE_MASQ_V4) != 0,
		.ipv6 = (conf->masq & BRIDGE_MASQ_V6) != 0,
		.random = conf->masq_random,
		.drop_invalid = conf->masq_drop_invalid,
	};

	return act(nft, shield->owner, &spec, reterr);
}

static int add_masquerade(struct cni_nft *nft,
			  const struct bridge_shield *shield,
			  const struct cni_prefix *addrs,
			  struct cni_error *reterr)
{
	return with_masquerade(nft, shield, addrs, cni_masquerade_add, reterr);
}

static int check_masquerade(struct cni_nft *nft,
			    const struct bridge_shield *shield,
			    const struct cni_prefix *addrs,
			    struct cni_error *reterr)
{
	return with_masquerade(nft, shield, addrs, cni_masquerade_check,
			       reterr);
}

static bool wants_forwarding(const struct bridge_shield *shield)
{
	return shield->conf->forward_accept && shield->result->ip_count > 0;
}

static int add_forwarding(struct cni_nft *nft,
			  const struct bridge_shield *shield,
			  const struct cni_prefix *addrs,
			  struct cni_error *reterr)
{
	(void)addrs;
	return cni_forward_accept_add(nft, shield->owner, shield->router,
				      reterr);
}

static int check_forwarding(struct cni_nft *nft,
			    const struct bridge_shield *shield,
			    const struct cni_prefix *addrs,
			    struct cni_error *reterr)
{
	char text[CNI_FORWARD_TEXT_MAX];
	int ret;

	(void)addrs;
	ret = cni_forward_find_drop(nft, shield->router, true, text, reterr);
	if (ret <= 0)
		return ret;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "%s drops what \"%s\" forwards", text,
			     shield->router);
}

static const struct part parts[] = {
	{ wants_spoofcheck, add_spoofcheck, check_spoofcheck },
	{ wants_isolation, add_isolation, check_isolation },
	{ wants_masquerade, add_masquerade, check_masquerade },
	{ wants_forwarding, add_forwarding, check_forwarding },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* An ADD without any of this does not touch nf_tables. */
static bool wants_any(const struct bridge_shield *shield)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].wanted(shield))
			return true;
	}
	return false;
}

static int open_once(struct cni_nft *nft, struct cni_error *reterr)
{
	return nft->nl.portid ? 0 : cni_nft_open(nft, reterr);
}

int bridge_firewall_add(struct cni_nft *nft, const struct bridge_shield *shield,
			struct cni_error *reterr)
{
	CNI_CLEANUP(free) struct cni_prefix *addrs = NULL;
	struct cni_error undo_err;
	int ret;

	if (!wants_any(shield))
		return 0;
	ret = bridge_plan_addresses(shield->result, &addrs, reterr);
	if (ret == 0)
		ret = open_once(nft, reterr);
	for (size_t i = 0; ret == 0 && i < PARTS; i++) {
		if (parts[i].wanted(shield))
			ret = parts[i].add(nft, shield, addrs, reterr);
	}
	if (ret < 0 && nft->nl.portid &&
	    bridge_firewall_del(nft, shield->owner, &undo_err) < 0)
		cni_warn("after a failed ADD: %s, ignoring", undo_err.msg);
	return ret;
}

int bridge_firewall_check(struct cni_nft *nft,
			  const struct bridge_shield *shield,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(free) struct cni_prefix *addrs = NULL;
	int ret;

	if (!wants_any(shield))
		return 0;
	ret = bridge_plan_addresses(shield->result, &addrs, reterr);
	if (ret == 0)
		ret = open_once(nft, reterr);
	for (size_t i = 0; ret == 0 && i < PARTS; i++) {
		if (parts[i].wanted(shield))
			ret = parts[i].check(nft, shield, addrs, reterr);
	}
	return ret;
}

/*
 * Without nf_tables there can still be rules of iptables.  What else goes wrong
 * is an error: something may be there that cannot be seen.
 */
static int open_if_any(struct cni_nft **nft, struct cni_error *reterr)
{
	int ret = open_once(*nft, reterr);

	if (ret < 0)
		*nft = NULL;
	return ret == -EOPNOTSUPP ? 0 : ret;
}

int bridge_firewall_del(struct cni_nft *nft, const struct cni_owner *owner,
			struct cni_error *reterr)
{
	static int (*const remove[])(struct cni_nft *, const struct cni_owner *,
				     struct cni_error *) = {
		cni_masquerade_del,
		cni_spoofcheck_del,
		cni_isolation_del,
		cni_forward_accept_del,
	};
	int first = open_if_any(&nft, reterr);

	for (size_t i = 0; i < sizeof(remove) / sizeof(remove[0]); i++) {
		struct cni_error err = { 0 };
		int ret = remove[i](nft, owner, &err);

		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}

static int gc_all(struct cni_nft *nft, const char *network,
		  const struct cni_owner *owners, size_t count,
		  struct cni_error *reterr)
{
	static int (*const collect[])(struct cni_nft *, const char *,
				      const struct cni_owner *, size_t,
				      struct cni_error *) = {
		cni_masquerade_gc,
		cni_isolation_gc,
		cni_forward_accept_gc,
	};
	int first = open_if_any(&nft, reterr);
	struct cni_error err;
	int ret;

	for (size_t i = 0; i < sizeof(collect) / sizeof(collect[0]); i++) {
		ret = collect[i](nft, network, owners, count, &err);
		first = cni_error_gather(first, reterr, ret, &err);
	}
	ret = cni_spoofcheck_gc(nft, owners, count, &err);
	return cni_error_gather(first, reterr, ret, &err);
}

int bridge_firewall_gc(struct cni_nft *nft, const char *network,
		       const struct cni_attachment_list *valid,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(free) struct cni_owner *owners = NULL;

	owners = calloc(valid->count + 1, sizeof(*owners));
	if (!owners)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "list attachments");
	for (size_t i = 0; i < valid->count; i++)
		owners[i] = (struct cni_owner) { network,
						 valid->items[i].container_id,
						 valid->items[i].ifname };
	return gc_all(nft, network, owners, valid->count, reterr);
}

int bridge_firewall_probe(const struct bridge_conf *conf,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	bool needs_nft = conf->mac_spoof_check ||
			 conf->isolation != CNI_ISOLATION_NONE;
	struct cni_error err = { 0 };
	int opened;
	int ret;

	if (!conf->masq && !needs_nft)
		return 0;
	opened = cni_nft_open(&nft, &err);
	if (opened < 0 && needs_nft) {
		if (reterr)
			*reterr = err;
		return opened;
	}
	if (!conf->masq)
		return 0;
	ret = cni_masquerade_probe(opened == 0 ? &nft : NULL,
				   conf->masq_backend, reterr);
	return ret < 0 ? ret : 0;
}

void bridge_firewall_warn(const struct bridge_conf *conf, const char *router)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	char text[CNI_FORWARD_TEXT_MAX];
	struct cni_nft *handle;

	if (!conf->is_gateway || conf->forward_accept)
		return;
	/* Without nf_tables the legacy tables can still drop. */
	handle = cni_nft_open(&nft, NULL) == 0 ? &nft : NULL;
	if (cni_forward_find_drop(handle, router, !router, text, NULL) > 0)
		cni_warn("%s drops what pods on bridge \"%s\" send to other "
			 "networks: set \"forwardAccept\", or accept it there",
			 text, conf->bridge);
}
