/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_ipt_gc.c - masquerade chains of iptables that nobody needs */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "masquerade_iptables.h"

#define NAME_SIZE (CNI_IPTABLES_CHAIN_MAX + 1)

/**
 * struct living - a valid attachment and its chain
 * @chain: first, so that a chain's name alone can be searched for, too
 * @ifname: borrowed
 */
struct living {
	char chain[NAME_SIZE];
	const char *ifname;
};

/**
 * struct names - chains to remove
 * @items: sorted, may contain a name more than once
 * @total: how many
 * @pointers: to each name once
 * @count: how many
 */
struct names {
	char (*items)[NAME_SIZE];
	size_t total;
	const char **pointers;
	size_t count;
};

static void names_done(struct names *names)
{
	free(names->items);
	free(names->pointers);
	*names = (struct names) { 0 };
}

CNI_DEFINE_CLEANUP(names, struct names, names_done);

static bool is_masquerade_chain(const char *name)
{
	return strncmp(name, "CNI-", 4) == 0 &&
	       strlen(name) == CNI_IPTABLES_CHAIN_MAX &&
	       strspn(name + 4, "0123456789abcdef") ==
		       CNI_IPTABLES_CHAIN_MAX - 4;
}

static bool of_any_chain(const struct cni_iptables_rule *rule, void *context)
{
	(void)context;
	return is_masquerade_chain(rule->chain) ||
	       is_masquerade_chain(rule->target);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int compare_living(const void *a, const void *b)
{
	const struct living *one = a;
	const struct living *other = b;
	int order = strcmp(one->chain, other->chain);

	return order ? order : strcmp(one->ifname, other->ifname);
}

static bool has_living(const char *chain, const struct living *living,
		       size_t count)
{
	return living &&
	       bsearch(chain, living, count, sizeof(*living), compare_names);
}

static bool is_dead(const char *chain, const struct names *dead)
{
	return dead->total && bsearch(chain, dead->items, dead->total,
				      NAME_SIZE, compare_names);
}

static int make_living(const struct cni_owner *valid, size_t count,
		       struct living **ret_living)
{
	struct living *living = calloc(count ? count : 1, sizeof(*living));

	if (!living)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		cni_iptables_chain_name(living[i].chain, "CNI-",
					valid[i].network,
					valid[i].container_id);
		living[i].ifname = valid[i].ifname;
	}
	qsort(living, count, sizeof(*living), compare_living);
	*ret_living = living;
	return 0;
}

/* Chains with a rule of the network that belong to no living attachment. */
static int find_dead(const struct cni_iptables_view *view, const char *mark,
		     const struct living *living, size_t count,
		     struct names *ret_dead)
{
	size_t kept = 0;

	ret_dead->items = calloc(view->count + 1, NAME_SIZE);
	ret_dead->pointers = calloc(view->count + 1, sizeof(char *));
	if (!ret_dead->items || !ret_dead->pointers)
		return -ENOMEM;
	for (size_t i = 0; i < view->count; i++) {
		const struct cni_iptables_rule *rule = &view->rules[i];
		const char *chain = is_masquerade_chain(rule->chain)
					    ? rule->chain
					    : rule->target;

		if (strncmp(rule->comment, mark, strlen(mark)) == 0 &&
		    is_masquerade_chain(chain) &&
		    !has_living(chain, living, count))
			memcpy(ret_dead->items[kept++], chain, NAME_SIZE);
	}
	qsort(ret_dead->items, kept, NAME_SIZE, compare_names);
	ret_dead->total = kept;
	for (size_t i = 0; i < kept; i++)
		if (i == 0 ||
		    strcmp(ret_dead->items[i - 1], ret_dead->items[i]) != 0)
			ret_dead->pointers[ret_dead->count++] =
				ret_dead->items[i];
	return 0;
}

/* An interface that lives no more, of a container that still has another. */
static void mark_interface(struct cni_iptables_view *view, size_t index,
			   const struct living *living, size_t count)
{
	struct cni_iptables_rule *marker = &view->rules[index];
	char ifname[MASQ_IFNAME_SIZE];
	struct living key = { .ifname = ifname };

	if (!masq_iptables_marker(marker, ifname) ||
	    !has_living(marker->chain, living, count))
		return;
	memcpy(key.chain, marker->chain, NAME_SIZE);
	if (bsearch(&key, living, count, sizeof(key), compare_living))
		return;
	for (size_t i = 0; i < view->count; i++)
		if (i == index ||
		    (strcmp(view->rules[i].target, key.chain) == 0 &&
		     cni_prefix_equal(&view->rules[i].source, &marker->source)))
			view->rules[i].remove = true;
}

static bool mark(struct cni_iptables_view *view, const struct names *dead,
		 const struct living *living, size_t count)
{
	bool any = dead->count > 0;

	for (size_t i = 0; i < view->count; i++) {
		if (is_dead(view->rules[i].target, dead))
			view->rules[i].remove = true;
		if (is_masquerade_chain(view->rules[i].chain))
			mark_interface(view, i, living, count);
	}
	for (size_t i = 0; i < view->count && !any; i++)
		any = view->rules[i].remove;
	return any;
}

static int gc_once(struct cni_nft *nft, const struct cni_iptables_query *query,
		   const char *network_mark, const struct living *living,
		   size_t count, struct cni_error *reterr)
{
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	CNI_CLEANUP(names) struct names dead = { 0 };
	int ret;

	ret = cni_iptables_view_read(nft, query, &view, reterr);
	if (ret < 0)
		return ret;
	ret = find_dead(&view, network_mark, living, count, &dead);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "collect the masquerade chains");
	if (!mark(&view, &dead, living, count))
		return 0;
	return cni_iptables_view_apply(nft, &view, dead.pointers, dead.count,
				       reterr);
}

static int gc_variant(struct cni_nft *nft, enum cni_iptables_variant variant,
		      int family, const char *network_mark,
		      const struct living *living, size_t count,
		      struct cni_error *reterr)
{
	const struct cni_iptables_query query = {
		.variant = variant,
		.family = family,
		.table = "nat",
		.filter = of_any_chain,
	};
	int ret = -EAGAIN;

	if (variant == CNI_IPTABLES_NFT && !nft)
		return 0;
	if (variant == CNI_IPTABLES_LEGACY) {
		ret = cni_iptables_legacy_mentions(family, "nat", network_mark);
		if (ret <= 0)
			return ret;
		ret = -EAGAIN;
	}
	for (int i = 0; i < CNI_IPTABLES_ATTEMPTS && ret == -EAGAIN; i++)
		ret = gc_once(nft, &query, network_mark, living, count, reterr);
	return ret;
}

int masq_ipt_gc(struct cni_nft *nft, const char *network,
		const struct cni_owner *valid, size_t count,
		struct cni_error *reterr)
{
	static const enum cni_iptables_variant variants[] = {
		CNI_IPTABLES_NFT, CNI_IPTABLES_LEGACY
	};
	CNI_CLEANUP(buf) struct cni_buf network_mark = { 0 };
	CNI_CLEANUP(free) struct living *living = NULL;
	int ret;

	cni_buf_addf(&network_mark, "name: \"%s\" id: \"", network);
	ret = cni_buf_error(&network_mark);
	if (ret == 0)
		ret = make_living(valid, count, &living);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "collect the attachments of \"%s\"",
				       network);
	for (int i = 0; i < 4; i++) {
		struct cni_error step = { 0 };
		int done;

		done = gc_variant(nft, variants[i / 2],
				  i % 2 ? AF_INET6 : AF_INET,
				  cni_buf_text(&network_mark), living, count,
				  &step);
		ret = cni_error_gather(ret, reterr, done, &step);
	}
	return ret;
}
