/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_backend.c - port mappings by the host's iptables */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "cni/netns_lock.h"

#include "iptables_backend.h"

/* A table that others change, too: look again this often. */
#define ATTEMPTS 8

static const int families[] = { AF_INET, AF_INET6 };

static bool wants(const struct portmap_publication *pub, int family)
{
	return cni_addr_is_set(
		&portmap_target_prefix(&pub->record.target, family)->addr);
}

static int restore(const struct portmap_publication *pub, int family,
		   unsigned int missing, struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };

	portmap_ipt_add_script(pub, family, missing, &script);
	return cni_iptables_restore(family, CNI_IPTABLES_HOST, &script, reterr);
}

static int look_missing(const struct portmap_publication *pub, int family,
			unsigned int *ret_missing, struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	int ret = cni_iptables_save(family, CNI_IPTABLES_HOST, "nat", &text,
				    reterr);

	if (ret == 0)
		*ret_missing =
			text.data ? portmap_ipt_missing(text.data, family, pub)
				  : (unsigned int)PORTMAP_IPT_ALL;
	return ret;
}

static int look_for_shared(struct cni_nft *nft, int family, bool *ret_exists,
			   struct cni_error *reterr)
{
	bool in_legacy = false;
	bool in_nft = false;
	int ret;

	ret = cni_iptables_chain_exists(nft, family, "nat", PORTMAP_DNAT_CHAIN,
					&in_nft, &in_legacy, reterr);
	*ret_exists = in_nft || in_legacy;
	return ret;
}

/*
 * The first one on a node makes the shared rules, and those who come at the
 * same time wait for it: the same rule can be appended any number of times.
 */
static int find_shared(struct cni_nft *nft, int family, bool *ret_exists,
		       int *ret_lock, struct cni_error *reterr)
{
	int ret = look_for_shared(nft, family, ret_exists, reterr);

	if (ret < 0 || *ret_exists)
		return ret;
	ret = cni_netns_lock(LOCK_EX, ret_lock, reterr);
	if (ret < 0)
		return ret;
	return look_for_shared(nft, family, ret_exists, reterr);
}

/*
 * The shared rules are asserted by the script itself; only when that fails
 * they are looked at.  Others may change them at the same time, so a failure is
 * believed when looking again does not change the script.
 */
static int add_family(struct cni_nft *nft,
		      const struct portmap_publication *pub, int family,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int lock = -1;
	unsigned int missing = 0;
	unsigned int tried;
	bool exists = false;
	int ret;

	ret = find_shared(nft, family, &exists, &lock, reterr);
	if (ret < 0)
		return ret;
	if (!exists)
		missing = PORTMAP_IPT_ALL;
	for (int i = 0; i < ATTEMPTS; i++) {
		tried = missing;
		ret = restore(pub, family, missing, reterr);
		if (ret != -EIO ||
		    look_missing(pub, family, &missing, NULL) < 0 ||
		    missing == tried)
			break;
	}
	return ret;
}

int portmap_ipt_add(struct cni_nft *nft, const struct portmap_publication *pub,
		    struct cni_error *reterr)
{
	int ret = portmap_ipt_del(nft, &pub->owner, reterr);

	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (wants(pub, families[i]))
			ret = add_family(nft, pub, families[i], reterr);
	if (ret < 0)
		(void)portmap_ipt_del(nft, &pub->owner, NULL);
	return ret;
}

int portmap_ipt_del(struct cni_nft *nft, const struct cni_owner *owner,
		    struct cni_error *reterr)
{
	/* The second pair was used by versions before 0.7. */
	static const char *const pairs[][2] = {
		{ "CNI-DN-", PORTMAP_DNAT_CHAIN },
		{ "CNI-SN-", "CNI-HOSTPORT-SNAT" },
	};
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	int first = 0;

	for (size_t i = 0; i < 4; i++) {
		const char *const *pair = pairs[i / 2];
		struct cni_error err = { 0 };
		int ret;

		cni_iptables_chain_name(chain, pair[0], owner->network,
					owner->container_id);
		ret = cni_iptables_remove_chain(nft, families[i % 2], "nat",
						pair[1], chain, &err);
		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}

static int reduce_family(struct cni_nft *nft,
			 const struct portmap_publication *pub, int family,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	bool in_legacy;
	bool in_nft;
	int ret;

	portmap_ipt_chain(pub, chain);
	ret = cni_iptables_chain_exists(nft, family, "nat", chain, &in_nft,
					&in_legacy, reterr);
	if (ret < 0 || (!in_nft && !in_legacy))
		return ret;
	portmap_ipt_reduce_script(pub, family, &script);
	return cni_iptables_restore(family, CNI_IPTABLES_HOST, &script, reterr);
}

int portmap_ipt_reduce(struct cni_nft *nft, const struct portmap_record *record,
		       struct cni_error *reterr)
{
	const struct portmap_conf conf = { .snat = record->snat,
					   .masq_all = record->masq_all,
					   .mark_chain = record->mark_chain };
	const struct portmap_publication pub = {
		.conf = &conf,
		.owner = portmap_record_owner(record),
		.record = *record,
	};
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (wants(&pub, families[i]))
			ret = reduce_family(nft, &pub, families[i], reterr);
	return ret;
}

int portmap_ipt_check(const struct portmap_publication *pub,
		      struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++) {
		CNI_CLEANUP(buf) struct cni_buf script = { 0 };
		struct cni_error err = { 0 };

		if (!wants(pub, families[i]))
			continue;
		portmap_ipt_check_script(pub, families[i], &script);
		ret = cni_iptables_restore(families[i], CNI_IPTABLES_HOST,
					   &script, &err);
		if (ret == 0)
			continue;
		if (reterr)
			*reterr = err;
		if (ret == -EIO) {
			ret = cni_error_set(
				reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				"a rule of the port mappings is missing in "
				"table \"nat\" of %s",
				families[i] == AF_INET ? "iptables"
						       : "ip6tables");
			cni_error_details(reterr, "%s", err.details);
		}
	}
	return ret;
}
