/* SPDX-License-Identifier: Apache-2.0 */
/* ip_math.c - order, neighbours and classes of addresses, prefix arithmetic */
#include <string.h>
#include <sys/socket.h>

#include "cni/ip.h"

int cni_addr_cmp(const struct cni_addr *a, const struct cni_addr *b)
{
	if (a->family != b->family)
		return cni_addr_len(a) < cni_addr_len(b) ? -1 : 1;
	return memcmp(a->bytes, b->bytes, cni_addr_len(a));
}

/* Adds 1 or, with 0xff, subtracts 1; a carry out of the top gives no address.
 */
static struct cni_addr step(const struct cni_addr *addr, uint8_t by,
			    uint8_t wrapped)
{
	struct cni_addr result = *addr;

	for (size_t i = cni_addr_len(addr); i-- > 0;) {
		result.bytes[i] = (uint8_t)(result.bytes[i] + by);
		if (result.bytes[i] != wrapped)
			return result;
	}
	return (struct cni_addr) { 0 };
}

struct cni_addr cni_addr_next(const struct cni_addr *addr)
{
	return step(addr, 1, 0);
}

struct cni_addr cni_addr_prev(const struct cni_addr *addr)
{
	return step(addr, UINT8_MAX, UINT8_MAX);
}

bool cni_addr_is_unspecified(const struct cni_addr *addr)
{
	static const uint8_t zero[16];
	struct cni_addr plain = cni_addr_unmap(addr);

	return cni_addr_is_set(addr) &&
	       memcmp(plain.bytes, zero, cni_addr_len(&plain)) == 0;
}

bool cni_addr_is_loopback(const struct cni_addr *addr)
{
	static const uint8_t one[16] = { [15] = 1 };
	struct cni_addr plain = cni_addr_unmap(addr);

	if (plain.family == AF_INET)
		return plain.bytes[0] == 127;
	return plain.family == AF_INET6 &&
	       memcmp(plain.bytes, one, sizeof(one)) == 0;
}

bool cni_addr_is_multicast(const struct cni_addr *addr)
{
	struct cni_addr plain = cni_addr_unmap(addr);

	if (plain.family == AF_INET)
		return (plain.bytes[0] & 0xf0) == 0xe0;
	return plain.family == AF_INET6 && plain.bytes[0] == 0xff;
}

bool cni_addr_is_link_local(const struct cni_addr *addr)
{
	struct cni_addr plain = cni_addr_unmap(addr);

	if (plain.family == AF_INET)
		return plain.bytes[0] == 169 && plain.bytes[1] == 254;
	return plain.family == AF_INET6 && plain.bytes[0] == 0xfe &&
	       (plain.bytes[1] & 0xc0) == 0x80;
}

/* Byte @index of the netmask of a prefix length. */
static uint8_t mask_byte(uint8_t len, size_t index)
{
	size_t first_bit = index * 8;

	if (len >= first_bit + 8)
		return 0xff;
	if (len <= first_bit)
		return 0;
	return (uint8_t)(0xff << (8 - (len - first_bit)));
}

struct cni_prefix cni_prefix_network(const struct cni_prefix *prefix)
{
	struct cni_prefix network = *prefix;

	for (size_t i = 0; i < cni_addr_len(&prefix->addr); i++)
		network.addr.bytes[i] &= mask_byte(prefix->len, i);
	return network;
}

struct cni_addr cni_prefix_last(const struct cni_prefix *prefix)
{
	struct cni_addr last = prefix->addr;

	for (size_t i = 0; i < cni_addr_len(&prefix->addr); i++)
		last.bytes[i] |= (uint8_t)~mask_byte(prefix->len, i);
	return last;
}

static bool contains(const struct cni_prefix *prefix,
		     const struct cni_addr *addr)
{
	for (size_t i = 0; i < cni_addr_len(addr); i++) {
		uint8_t differing = prefix->addr.bytes[i] ^ addr->bytes[i];

		if (differing & mask_byte(prefix->len, i))
			return false;
	}
	return cni_addr_is_set(addr);
}

bool cni_prefix_contains(const struct cni_prefix *prefix,
			 const struct cni_addr *addr)
{
	struct cni_prefix plain = cni_prefix_unmap(prefix);
	struct cni_addr inner = cni_addr_unmap(addr);

	/* ::/80 does contain ::ffff:1.2.3.4: look at the bits as given first */
	if (prefix->addr.family == addr->family)
		return contains(prefix, addr);
	return plain.addr.family == inner.family && contains(&plain, &inner);
}

bool cni_prefix_overlaps(const struct cni_prefix *a, const struct cni_prefix *b)
{
	/* A shorter prefix that holds any address of the other holds all. */
	return cni_prefix_contains(a, &b->addr) ||
	       cni_prefix_contains(b, &a->addr);
}

bool cni_prefix_equal(const struct cni_prefix *a, const struct cni_prefix *b)
{
	return a->len == b->len && cni_addr_equal(&a->addr, &b->addr);
}
