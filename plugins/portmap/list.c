/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - portmap --list: what is published on this node, as JSON */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cni/json.h"

#include "gc.h"
#include "list.h"

static int add_text(json_object *object, const char *key, const char *text)
{
	json_object *value = json_object_new_string(text);

	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int add_number(json_object *object, const char *key, int number)
{
	json_object *value = json_object_new_int(number);

	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int describe(const struct portmap_record *record,
		    const struct portmap_mapping *mapping,
		    const struct cni_addr *pod, json_object *object)
{
	char addr[CNI_ADDR_STRLEN];
	const struct cni_addr any = { .family = pod->family };
	const struct cni_addr *host =
		cni_addr_is_set(&mapping->host_ip) ? &mapping->host_ip : &any;
	int ret;

	ret = add_text(object, "network", record->network) |
	      add_text(object, "containerID", record->container_id) |
	      add_text(object, "ifname", record->ifname) |
	      add_text(object, "protocol",
		       portmap_protocol_name(mapping->protocol)) |
	      add_text(object, "hostIP", cni_addr_format(host, addr)) |
	      add_number(object, "hostPort", mapping->host_port);
	ret |= add_text(object, "containerIP", cni_addr_format(pod, addr)) |
	       add_number(object, "containerPort", mapping->container_port) |
	       add_text(object, "backend",
			record->iptables ? "iptables" : "nftables");
	return ret ? -ENOMEM : 0;
}

static int add_entry(json_object *list, const struct portmap_record *record,
		     const struct portmap_mapping *mapping,
		     const struct cni_addr *pod)
{
	json_object *object = json_object_new_object();
	int ret = -ENOMEM;

	if (object)
		ret = describe(record, mapping, pod, object);
	if (ret == 0 && json_object_array_add(list, object) == 0)
		return 0;
	json_object_put(object);
	return -ENOMEM;
}

static int add_attachment(struct cni_nft *nft, json_object *list,
			  const uint8_t key[static CNI_OWNER_KEY],
			  struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	CNI_CLEANUP(portmap_plan) struct portmap_plan plan = { 0 };
	int ret = portmap_record_read(nft, key, NULL, &record, reterr);

	if (ret <= 0)
		return ret;
	ret = portmap_plan_build(&record.mappings, &record.target, &plan);
	for (size_t i = 0; i < plan.count && ret == 0; i++) {
		const struct portmap_entry *entry = &plan.items[i];
		const struct cni_prefix *pod = portmap_target_prefix(
			&record.target, portmap_map_family(entry->map));

		if (portmap_entry_is_own(nft, entry, key))
			ret = add_entry(list, &record,
					&record.mappings.items[entry->mapping],
					&pod->addr);
	}
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "list mappings");
	return 0;
}

static int fill(struct cni_nft *nft, json_object *list,
		struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_keys) struct portmap_key_list keys = { 0 };
	int ret = portmap_list_keys(nft, &keys, reterr);

	for (size_t i = 0; i < keys.count && ret == 0; i++)
		ret = add_attachment(nft, list, keys.items[i], reterr);
	return ret;
}

int portmap_list(void)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(json) json_object *list = json_object_new_array();
	struct cni_error err = { 0 };
	int ret = list ? cni_nft_open(&nft, &err)
		       : cni_error_errno(&err, CNI_CODE_INTERNAL, ENOMEM,
					 "list mappings");

	/* Without nf_tables there are no records: rules of iptables only. */
	if (ret == 0)
		ret = fill(&nft, list, &err);
	else if (ret == -EOPNOTSUPP)
		ret = 0;
	if (ret == 0)
		ret = cni_json_write(STDOUT_FILENO, list);
	if (ret == 0)
		return EXIT_SUCCESS;
	cni_warn("portmap --list: %s%s%s",
		 err.msg[0] ? err.msg : strerror(-ret),
		 err.details[0] ? ": " : "", err.details);
	return EXIT_FAILURE;
}
