/* SPDX-License-Identifier: Apache-2.0 */
/* nft_check.c - comparing the table with what an ADD makes */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/nft_verify.h"
#include "cni/sysctl.h"

#include "conditions.h"
#include "localnet.h"
#include "nft_backend.h"

static int failed(struct cni_error *reterr, const char *what, const char *how)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT, "%s %s",
			     what, how);
}

/* The table itself, and the rule of the pod's subnet. */
static int check_rules(struct cni_nft *nft,
		       const struct portmap_publication *pub,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	const struct portmap_target *target = &pub->record.target;

	cni_nft_batch_init(&batch, 0);
	portmap_put_table(&batch, PORTMAP_TABLE_COMPARE);
	if (pub->record.snat && cni_addr_is_set(&target->ipv4.addr))
		portmap_put_subnet(&batch, &target->ipv4);
	if (pub->record.snat && cni_addr_is_set(&target->ipv6.addr))
		portmap_put_subnet(&batch, &target->ipv6);
	return cni_nft_verify(nft, &batch, reterr);
}

static bool is_own(const struct portmap_publication *pub,
		   const struct cni_nft_element *element)
{
	return cni_owner_matches(&pub->owner, element->comment) &&
	       !element->lifetime_ms;
}

static int check_entry(struct cni_nft *nft,
		       const struct portmap_publication *pub,
		       const struct portmap_entry *entry,
		       struct cni_error *reterr)
{
	const struct cni_nft_set *set = &portmap_ports[entry->map];
	struct cni_nft_element element = { 0 };
	char text[PORTMAP_MAPPING_STRLEN];
	int ret = cni_nft_get_element(nft, set, entry->key, &element, reterr);

	if (ret < 0)
		return ret;
	(void)portmap_mapping_format(
		&pub->record.mappings.items[entry->mapping], text);
	if (ret == 0)
		return failed(reterr, text, "is not published");
	if (!is_own(pub, &element))
		return failed(reterr, text,
			      "is published by another container");
	if (memcmp(element.data, entry->data, set->data_len) != 0)
		return failed(reterr, text, "leads elsewhere");
	return 0;
}

static int check_pod(struct cni_nft *nft, const struct portmap_publication *pub,
		     int family, struct cni_error *reterr)
{
	const struct portmap_record *record = &pub->record;
	const struct cni_addr *pod =
		&portmap_target_prefix(&record->target, family)->addr;
	const struct cni_nft_set *set =
		portmap_snat_set(family, record->masq_all);
	struct cni_nft_element element = { 0 };
	char text[CNI_ADDR_STRLEN];
	int ret;

	if (!record->snat || !cni_addr_is_set(pod))
		return 0;
	ret = cni_nft_get_element(nft, set, pod->bytes, &element, reterr);
	if (ret < 0 || (ret > 0 && is_own(pub, &element)))
		return ret < 0 ? ret : 0;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "%s is missing in set \"%s\"",
			     cni_addr_format(pod, text), set->name);
}

static int check_localnet(struct cni_nft *nft,
			  const struct portmap_publication *pub,
			  struct cni_error *reterr)
{
	const char *bridge = pub->record.localnet;
	char path[PORTMAP_SYSCTL_PATH_SIZE];
	char value[CNI_SYSCTL_VALUE_MAX];
	bool has_bridge;
	int ret;

	if (!bridge[0])
		return 0;
	ret = portmap_localnet_has_bridge(nft, bridge, &has_bridge, reterr);
	if (ret < 0)
		return ret;
	if (!has_bridge)
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				     "\"%s\" is missing in set \"%s\"", bridge,
				     portmap_bridges.name);
	portmap_localnet_path(bridge, path);
	if (cni_sysctl_read(path, value, NULL) < 0 || strcmp(value, "1") != 0)
		return failed(reterr, path, "is not 1");
	return 0;
}

static int check_record(struct cni_nft *nft,
			const struct portmap_publication *pub,
			struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	CNI_CLEANUP(buf) struct cni_buf expected = { 0 };
	CNI_CLEANUP(buf) struct cni_buf found = { 0 };
	int ret = portmap_record_read(nft, pub->key, NULL, &record, reterr);

	if (ret < 0)
		return ret;
	portmap_record_format(&pub->record, &expected);
	portmap_record_format(&record, &found);
	if (ret == 0)
		return failed(reterr, "the container's record", "is missing");
	if (strcmp(cni_buf_text(&expected), cni_buf_text(&found)) != 0)
		return failed(reterr, "the container's record",
			      "is not that of this configuration");
	return 0;
}

int portmap_nft_check_owner(struct cni_nft *nft,
			    const struct portmap_publication *pub,
			    struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; i < pub->plan.count && ret == 0; i++)
		ret = check_entry(nft, pub, &pub->plan.items[i], reterr);
	if (ret == 0)
		ret = check_localnet(nft, pub, reterr);
	if (ret == 0)
		ret = check_record(nft, pub, reterr);
	return ret;
}

int portmap_nft_check(struct cni_nft *nft,
		      const struct portmap_publication *pub,
		      struct cni_error *reterr)
{
	int ret = check_rules(nft, pub, reterr);

	if (ret == 0)
		ret = portmap_nft_check_owner(nft, pub, reterr);
	if (ret == 0)
		ret = check_pod(nft, pub, AF_INET, reterr);
	if (ret == 0)
		ret = check_pod(nft, pub, AF_INET6, reterr);
	if (ret == 0 && pub->record.conditions)
		ret = portmap_conditions_check(nft, pub, reterr);
	return ret;
}
