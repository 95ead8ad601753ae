/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - whose an object is: the identity of an attachment */
#include <stdio.h>
#include <string.h>

#include "cni/hash.h"
#include "cni/owner.h"

void cni_owner_network_key(const char *network,
			   uint8_t ret_key[static CNI_OWNER_NETWORK_KEY])
{
	cni_hash_bytes(CNI_OWNER_NETWORK_KEY, ret_key, &network, 1);
}

void cni_owner_key(const struct cni_owner *owner,
		   uint8_t ret_key[static CNI_OWNER_KEY])
{
	const char *const attachment[] = { owner->ifname, ":",
					   owner->container_id };

	cni_owner_network_key(owner->network, ret_key);
	cni_hash_bytes(CNI_OWNER_KEY - CNI_OWNER_NETWORK_KEY,
		       ret_key + CNI_OWNER_NETWORK_KEY, attachment, 3);
}

static void write_hashes(const uint8_t key[static CNI_OWNER_KEY],
			 char ret_text[static CNI_OWNER_HASH_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	char *place = ret_text;

	for (size_t i = 0; i < CNI_OWNER_KEY; i++) {
		if (i == CNI_OWNER_NETWORK_KEY)
			*place++ = '-';
		*place++ = hex[key[i] >> 4];
		*place++ = hex[key[i] & 0xf];
	}
	*place = '\0';
}

static void drop_quotes(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != '"')
			*to++ = *from;
	*to = '\0';
}

void cni_owner_comment(const struct cni_owner *owner,
		       char ret_text[static CNI_OWNER_COMMENT_SIZE])
{
	uint8_t key[CNI_OWNER_KEY];

	cni_owner_key(owner, key);
	write_hashes(key, ret_text);
	(void)snprintf(ret_text + CNI_OWNER_HASH_LEN,
		       CNI_OWNER_COMMENT_SIZE - CNI_OWNER_HASH_LEN,
		       ", net: %s, if: %s, id: %s", owner->network,
		       owner->ifname, owner->container_id);
	drop_quotes(ret_text);
}

bool cni_owner_matches(const struct cni_owner *owner, const char *comment)
{
	char hashes[CNI_OWNER_HASH_LEN + 1];
	uint8_t key[CNI_OWNER_KEY];

	cni_owner_key(owner, key);
	write_hashes(key, hashes);
	return strncmp(comment, hashes, CNI_OWNER_HASH_LEN) == 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool cni_owner_key_of(const char *comment,
		      uint8_t ret_key[static CNI_OWNER_KEY])
{
	uint8_t key[CNI_OWNER_KEY];

	for (size_t i = 0; i < CNI_OWNER_KEY; i++) {
		int high;
		int low;

		if (i == CNI_OWNER_NETWORK_KEY && *comment++ != '-')
			return false;
		high = hex_value(comment[0]);
		low = high < 0 ? -1 : hex_value(comment[1]);
		if (low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
		comment += 2;
	}
	if (*comment != '\0' && *comment != ',')
		return false;
	memcpy(ret_key, key, sizeof(key));
	return true;
}

bool cni_owner_in(const struct cni_owner *owners, size_t count,
		  const uint8_t key[static CNI_OWNER_KEY])
{
	uint8_t other[CNI_OWNER_KEY];

	for (size_t i = 0; i < count; i++) {
		cni_owner_key(&owners[i], other);
		if (memcmp(other, key, sizeof(other)) == 0)
			return true;
	}
	return false;
}
