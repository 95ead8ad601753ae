/* SPDX-License-Identifier: Apache-2.0 */
/* nft_add.c - publishing ports in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "claims.h"
#include "conditions.h"
#include "localnet.h"
#include "nft_backend.h"

/*
 * Up to this many ports it is cheaper to ask for each whether it is free than
 * to let the kernel refuse the transaction when one is not.
 */
#define LOOK_FIRST_MAX 32

/**
 * struct attempt - one attempt to publish: what was looked at
 * @pub: what is published
 * @generation: of the ruleset looked at
 * @table: what there is of the table
 * @mend: take it for damaged
 * @removal: what has to go
 * @subnets: rules for these families' subnets are missing: bit 0 IPv4, 1 IPv6
 * @has_bridge: the bridge is in the set of those already
 */
struct attempt {
	const struct portmap_publication *pub;
	uint32_t generation;
	enum portmap_table_state table;
	bool mend;
	struct portmap_removal removal;
	unsigned int subnets;
	bool has_bridge;
};

/* Of elements of one set, all are to go. */
struct doom {
	struct portmap_removal *removal;
	const struct cni_nft_set *set;
};

static int take_doomed(const struct cni_nft_element *element, void *data)
{
	const struct doom *doom = data;

	return portmap_removal_add_once(doom->removal, doom->set, element);
}

static int look_doomed(struct cni_nft *nft, struct attempt *attempt,
		       const struct cni_nft_set *set, const uint8_t *key,
		       struct cni_error *reterr)
{
	struct doom doom = { &attempt->removal, set };

	return cni_nft_get_elements(nft, set, key, 1, take_doomed, &doom,
				    reterr);
}

/*
 * Without a record (somebody has flushed the set) it is not known what else the
 * attachment has.  What is in the way of this ADD is found by its keys: ports
 * and pods like everybody else's, the rest here.
 */
static int look_unrecorded(struct cni_nft *nft, struct attempt *attempt,
			   struct cni_error *reterr)
{
	const struct portmap_publication *pub = attempt->pub;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	uint8_t bridge[IFNAMSIZ + CNI_OWNER_KEY];
	uint8_t piece[CNI_OWNER_KEY + 4];
	size_t count;
	int ret = 0;

	portmap_record_format(&pub->record, &text);
	count = portmap_piece_count(text.len);
	for (size_t i = 1; i < count && ret == 0; i++) {
		portmap_piece_key(pub->key, i, piece);
		ret = look_doomed(nft, attempt, &portmap_attachments, piece,
				  reterr);
	}
	if (ret < 0 || !pub->record.localnet[0])
		return ret;
	portmap_localnet_key(pub->record.localnet, pub->key, bridge);
	return look_doomed(nft, attempt, &portmap_localnet, bridge, reterr);
}

/* What the attachment has from an ADD before this one. */
static int look_own(struct cni_nft *nft, struct attempt *attempt,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	struct portmap_removal *removal = &attempt->removal;
	int ret = portmap_removal_look(nft, attempt->pub->key, removal, &record,
				       reterr);

	if (ret != 0)
		return ret < 0 ? ret : 0;
	if (removal->count == 0)
		return look_unrecorded(nft, attempt, reterr);
	/* No record, but pieces: a DEL's, about to expire. */
	ret = cni_nft_vanish(nft, &portmap_attachments, removal->items[0].key,
			     reterr);
	return ret == 0 ? -EAGAIN : ret == -EOPNOTSUPP ? 0 : ret;
}

/* The pod's address may have been that of one that was never removed. */
static int look_pod(struct cni_nft *nft, struct attempt *attempt, int family,
		    struct cni_error *reterr)
{
	const struct portmap_record *record = &attempt->pub->record;
	const struct cni_addr *pod =
		&portmap_target_prefix(&record->target, family)->addr;
	int ret = 0;

	for (int all = 0; all <= 1 && ret == 0 && cni_addr_is_set(pod); all++) {
		const struct cni_nft_set *set = portmap_snat_set(family, all);
		struct cni_nft_element element = { 0 };

		ret = cni_nft_get_element(nft, set, pod->bytes, &element,
					  reterr);
		if (ret > 0)
			ret = portmap_removal_add_once(&attempt->removal, set,
						       &element);
	}
	return ret;
}

struct subnet_search {
	char text[CNI_PREFIX_STRLEN];
	bool found;
};

static int take_subnet(const struct nlmsghdr *message, void *data)
{
	struct subnet_search *search = data;
	char comment[CNI_NFT_COMMENT_MAX + 1];
	uint64_t handle;

	if (!message)
		search->found = false;
	else if (cni_nft_parse_rule(message, &handle, comment) == 0 &&
		 strcmp(comment, search->text) == 0)
		search->found = true;
	return 0;
}

static bool serves_siblings(const struct portmap_record *record, int family)
{
	return record->snat && !record->iptables &&
	       cni_addr_is_set(
		       &portmap_target_prefix(&record->target, family)->addr);
}

static int look_subnet(struct cni_nft *nft, struct attempt *attempt, int family,
		       struct cni_error *reterr)
{
	const struct portmap_record *record = &attempt->pub->record;
	const struct cni_prefix *pod =
		portmap_target_prefix(&record->target, family);
	struct cni_prefix network = cni_prefix_network(pod);
	struct subnet_search search = { .found = false };
	int ret;

	if (!serves_siblings(record, family))
		return 0;
	(void)cni_prefix_format(&network, search.text);
	ret = cni_nft_list_rules(nft, &portmap_table,
				 portmap_siblings_chain(family), take_subnet,
				 &search, reterr);
	if (!search.found)
		attempt->subnets |= family == AF_INET ? 1U : 2U;
	return ret;
}

static int look(struct cni_nft *nft, struct attempt *attempt, bool conflicts,
		struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	bool has_table;
	int ret;

	ret = cni_nft_generation(nft, &attempt->generation, reterr);
	if (ret == 0)
		ret = portmap_table_look(nft, attempt->pub->conf->restoring,
					 &attempt->table, reterr);
	if (ret < 0)
		return ret;
	if (attempt->mend && attempt->table == PORTMAP_TABLE_WHOLE)
		attempt->table = PORTMAP_TABLE_DAMAGED;
	has_table = attempt->table != PORTMAP_TABLE_ABSENT;
	ret = has_table ? look_own(nft, attempt, reterr) : 0;
	if (ret == 0 && has_table && conflicts)
		ret = portmap_conflicts_look(nft, attempt->pub,
					     &attempt->removal, reterr);
	for (int i = 0; ret == 0 && i < 2; i++) {
		ret = look_subnet(nft, attempt, families[i], reterr);
		if (ret == 0 && has_table)
			ret = look_pod(nft, attempt, families[i], reterr);
	}
	if (ret == 0)
		ret = portmap_localnet_has_bridge(nft,
						  attempt->pub->record.localnet,
						  &attempt->has_bridge, reterr);
	return ret;
}

static void set_comment(struct cni_nft_element *element,
			const struct portmap_publication *pub)
{
	memcpy(element->comment, pub->comment, sizeof(element->comment));
}

static void put_ports(struct cni_nft_batch *batch,
		      const struct portmap_publication *pub)
{
	struct cni_nft_element element = { 0 };

	set_comment(&element, pub);
	for (size_t i = 0; i < pub->plan.count; i++) {
		const struct portmap_entry *entry = &pub->plan.items[i];

		memcpy(element.key, entry->key, sizeof(entry->key));
		memcpy(element.data, entry->data, sizeof(entry->data));
		cni_nft_add_element(batch, &portmap_ports[entry->map], &element,
				    true);
	}
}

static void put_pod(struct cni_nft_batch *batch, const struct attempt *attempt,
		    int family)
{
	const struct portmap_publication *pub = attempt->pub;
	const struct portmap_record *record = &pub->record;
	const struct cni_prefix *pod =
		portmap_target_prefix(&record->target, family);
	struct cni_nft_element element = { 0 };

	if (!serves_siblings(record, family))
		return;
	if (attempt->subnets & (family == AF_INET ? 1U : 2U))
		portmap_put_subnet(batch, pod);
	set_comment(&element, pub);
	memcpy(element.key, pod->addr.bytes, sizeof(pod->addr.bytes));
	cni_nft_add_element(batch, portmap_snat_set(family, record->masq_all),
			    &element, true);
}

static int put_record(struct cni_nft_batch *batch,
		      const struct portmap_publication *pub)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	size_t count;

	portmap_record_format(&pub->record, &text);
	if (cni_buf_error(&text))
		return cni_buf_error(&text);
	count = portmap_piece_count(text.len);
	for (size_t i = 0; i < count; i++) {
		struct cni_nft_element element = { 0 };

		portmap_piece_key(pub->key, i, element.key);
		portmap_piece_format(cni_buf_text(&text), i, element.comment);
		cni_nft_add_element(batch, &portmap_attachments, &element,
				    true);
	}
	return 0;
}

static int send_all(struct cni_nft *nft, const struct attempt *attempt,
		    struct cni_error *reterr)
{
	const struct portmap_publication *pub = attempt->pub;
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	/* What is only added collides by itself when it is not as looked at. */
	bool exact = attempt->table != PORTMAP_TABLE_WHOLE ||
		     attempt->subnets ||
		     !portmap_removal_is_empty(&attempt->removal);
	int ret;

	cni_nft_batch_init(&batch, exact ? attempt->generation : 0);
	if (attempt->table == PORTMAP_TABLE_ABSENT)
		portmap_put_table(&batch, PORTMAP_TABLE_MAKE);
	else if (attempt->table == PORTMAP_TABLE_DAMAGED)
		portmap_put_table(&batch, PORTMAP_TABLE_MEND);
	portmap_removal_put(&attempt->removal, &batch, PORTMAP_DELETE);
	put_ports(&batch, pub);
	if (pub->record.iptables)
		portmap_claims_put(&batch, pub);
	put_pod(&batch, attempt, AF_INET);
	put_pod(&batch, attempt, AF_INET6);
	if (pub->record.localnet[0])
		portmap_localnet_put(&batch, pub, attempt->has_bridge);
	if (pub->record.conditions)
		portmap_conditions_put(&batch, pub);
	ret = put_record(&batch, pub);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "publish ports");
	return cni_nft_batch_send(nft, &batch, reterr);
}

/*
 * Is it worth another look, after this outcome?  A set that is just growing
 * refuses elements (-EBUSY) until a kernel thread is done with it.
 */
static bool again(int ret, unsigned int attempts)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	if (ret == -EBUSY)
		(void)nanosleep(&pause, NULL);
	return attempts < CNI_NFT_ATTEMPTS &&
	       (ret == -ERESTART || ret == -EEXIST || ret == -ENOENT ||
		ret == -EAGAIN || ret == -EBUSY);
}

/* Somebody else's table of that name, or what is left of ours after a mend. */
static int explain(int ret, enum portmap_table_state table,
		   struct cni_error *reterr)
{
	bool other = table != PORTMAP_TABLE_ABSENT && ret == -EINVAL;

	if (table == PORTMAP_TABLE_DAMAGED)
		other |= ret == -ENOENT || ret == -EEXIST || ret == -EOPNOTSUPP;
	if (!other)
		return ret;
	return cni_error_prefix(reterr, ret,
				"nf_tables table \"inet %s\" is not as it was "
				"made, delete it",
				portmap_table.name);
}

/* What follows the transaction. */
static int finish(struct cni_nft *nft, const struct attempt *attempt,
		  struct cni_error *reterr)
{
	int ret = 0;

	if (attempt->has_bridge)
		ret = portmap_localnet_keep(nft, attempt->pub, reterr);
	return ret < 0 ? ret
		       : portmap_claims_follow(nft, &attempt->removal, reterr);
}

static int publish(struct cni_nft *nft, const struct portmap_publication *pub,
		   struct cni_error *reterr)
{
	bool conflicts = pub->plan.count <= LOOK_FIRST_MAX;
	enum portmap_table_state table;
	bool mend = false;
	bool sent;
	unsigned int attempts = 0;
	int ret;

	do {
		struct attempt attempt = { .pub = pub, .mend = mend };

		ret = look(nft, &attempt, conflicts, reterr);
		table = attempt.table;
		if (ret == 0)
			ret = send_all(nft, &attempt, reterr);
		sent = ret == 0;
		if (sent)
			ret = finish(nft, &attempt, reterr);
		portmap_removal_done(&attempt.removal);
		conflicts |= ret == -EEXIST;
		/* Not just something that expired meanwhile. */
		mend |= ret == -ENOENT && attempts > 1;
	} while (!sent && again(ret, ++attempts));
	return ret < 0 ? explain(ret, table, reterr) : ret;
}

int portmap_nft_add(struct cni_nft *nft, const struct portmap_publication *pub,
		    struct cni_error *reterr)
{
	int ret;

	if (!pub->record.conditions)
		return publish(nft, pub, reterr);
	ret = portmap_conditions_prepare(nft, pub, reterr);
	if (ret == 0)
		ret = publish(nft, pub, reterr);
	if (ret < 0)
		portmap_conditions_undo(nft, pub);
	return ret;
}
