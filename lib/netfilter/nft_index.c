/* SPDX-License-Identifier: Apache-2.0 */
/* nft_index.c - from an attachment's identity to its addresses */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "nft_index.h"

/* The key of an entry: owner key, then its number, padded to 4 bytes. */
#define ENTRY_LEN (CNI_OWNER_KEY + 4)

/* map owners4 { type ipv6_addr . inet_service : ipv4_addr; } */
struct cni_nft_set nft_index_set(const struct cni_nft_table *table, int family)
{
	return (struct cni_nft_set) {
		.table = table,
		.name = family == AF_INET ? "owners4" : "owners6",
		.key_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_IPV6_ADDR,
					   CNI_NFT_TYPE_INET_SERVICE),
		.key_len = ENTRY_LEN,
		.data_type = family == AF_INET ? CNI_NFT_TYPE_IPV4_ADDR
					       : CNI_NFT_TYPE_IPV6_ADDR,
		.data_len = family == AF_INET ? 4 : 16,
		.comment = "addresses of each attachment",
	};
}

bool nft_addresses_have(const struct nft_addresses *list,
			const struct cni_addr *addr)
{
	for (size_t i = 0; i < list->count; i++)
		if (cni_addr_equal(&list->items[i], addr))
			return true;
	return false;
}

int nft_addresses_put(struct nft_addresses *list, const struct cni_addr *addr)
{
	if (nft_addresses_have(list, addr))
		return 0;
	if (list->count == NFT_INDEX_MAX)
		return -E2BIG;
	list->items[list->count++] = *addr;
	return 0;
}

bool nft_addresses_equal(const struct nft_addresses *a,
			 const struct nft_addresses *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!nft_addresses_have(b, &a->items[i]))
			return false;
	return a->count == b->count;
}

void nft_index_sets_add(struct cni_nft_batch *batch,
			const struct cni_nft_table *table)
{
	struct cni_nft_set ipv4 = nft_index_set(table, AF_INET);
	struct cni_nft_set ipv6 = nft_index_set(table, AF_INET6);

	cni_nft_add_set(batch, &ipv4);
	cni_nft_add_set(batch, &ipv6);
}

static void set_key(uint8_t ret_key[static CNI_NFT_KEY_MAX],
		    const uint8_t owner_key[static CNI_OWNER_KEY],
		    uint16_t number)
{
	memset(ret_key, 0, CNI_NFT_KEY_MAX);
	memcpy(ret_key, owner_key, CNI_OWNER_KEY);
	number = htons(number);
	memcpy(ret_key + CNI_OWNER_KEY, &number, sizeof(number));
}

static int read_family(struct cni_nft *nft, const struct cni_nft_table *table,
		       int family, const uint8_t *owner_key,
		       struct nft_addresses *list, struct cni_error *reterr)
{
	struct cni_addr addr = { .family = (uint8_t)family };
	struct cni_nft_set set = nft_index_set(table, family);
	uint8_t key[CNI_NFT_KEY_MAX];
	int ret = 1;

	for (uint16_t i = 0; i < NFT_INDEX_MAX && ret == 1; i++) {
		struct cni_nft_element element = { 0 };

		set_key(key, owner_key, i);
		ret = cni_nft_get_element(nft, &set, key, &element, reterr);
		if (ret <= 0)
			break;
		memcpy(addr.bytes, element.data, set.data_len);
		if (nft_addresses_put(list, &addr) < 0)
			break;
	}
	return ret < 0 ? ret : 0;
}

int nft_index_read(struct cni_nft *nft, const struct cni_nft_table *table,
		   const uint8_t key[static CNI_OWNER_KEY],
		   struct nft_addresses *ret_list, struct cni_error *reterr)
{
	int ret;

	ret_list->count = 0;
	ret = read_family(nft, table, AF_INET, key, ret_list, reterr);
	if (ret == 0)
		ret = read_family(nft, table, AF_INET6, key, ret_list, reterr);
	return ret;
}

void nft_index_add(struct cni_nft_batch *batch,
		   const struct cni_nft_table *table,
		   const struct cni_owner *owner,
		   const struct nft_addresses *list)
{
	uint8_t owner_key[CNI_OWNER_KEY];
	uint16_t numbers[2] = { 0 };

	cni_owner_key(owner, owner_key);
	for (size_t i = 0; i < list->count; i++) {
		const struct cni_addr *addr = &list->items[i];
		struct cni_nft_set set = nft_index_set(table, addr->family);
		struct cni_nft_element element = { 0 };

		set_key(element.key, owner_key,
			numbers[addr->family == AF_INET6]++);
		memcpy(element.data, addr->bytes, set.data_len);
		cni_owner_comment(owner, element.comment);
		cni_nft_add_element(batch, &set, &element, false);
	}
}

void nft_index_del(struct cni_nft_batch *batch,
		   const struct cni_nft_table *table,
		   const uint8_t owner_key[static CNI_OWNER_KEY],
		   const struct nft_addresses *list)
{
	uint16_t numbers[2] = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		int family = list->items[i].family;
		struct cni_nft_set set = nft_index_set(table, family);
		struct cni_nft_element element = { 0 };

		set_key(element.key, owner_key, numbers[family == AF_INET6]++);
		cni_nft_del_element(batch, &set, &element);
	}
}
