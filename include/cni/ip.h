/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip.h - IPv4 and IPv6 addresses and prefixes
 *
 * Text is read and written as Go's net package does it, because results,
 * lease file names and error texts are compared with the Go plugins':
 * IPv4 octets have no leading zeros, zones are not allowed, IPv6 is printed
 * lower case with RFC 5952 compression, and an IPv4-mapped address
 * (::ffff:1.2.3.4) is the IPv4 address.
 */
#ifndef CNI_IP_H
#define CNI_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"

/* Longest text of an address, and of address/length, with their NUL. */
#define CNI_ADDR_STRLEN	  48
#define CNI_PREFIX_STRLEN (CNI_ADDR_STRLEN + 4)

/**
 * struct cni_addr - an address, or none
 * @family: AF_INET, AF_INET6, or AF_UNSPEC (0) for "no address"
 * @bytes: network byte order; the first 4 or all 16 count, the rest is zero
 *
 * A zeroed structure is "no address".
 */
struct cni_addr {
	uint8_t family;
	uint8_t bytes[16];
};

/**
 * struct cni_prefix - an address with a prefix length
 * @addr: keeps its host bits ("10.1.0.2/24" stays as it is)
 * @len: 0..32 or 0..128
 */
struct cni_prefix {
	struct cni_addr addr;
	uint8_t len;
};

/**
 * cni_addr_parse() - read a bare address
 * @text: e.g. "10.1.0.2", "fd00::2"; no prefix length, no zone
 * @ret_addr: the address; IPv4-mapped IPv6 becomes AF_INET
 *
 * Return: 0; -EINVAL when @text is not an address.
 */
int cni_addr_parse(const char *text, struct cni_addr *ret_addr);

/**
 * cni_prefix_parse() - read "address/length"
 * @text: e.g. "10.1.0.2/24"
 * @ret_prefix: the prefix with its host bits. An IPv4-mapped address keeps
 *	family AF_INET6 here, as its length counts 128 bits.
 *
 * Return: 0; -EINVAL when @text is not a prefix.
 */
int cni_prefix_parse(const char *text, struct cni_prefix *ret_prefix);

/**
 * cni_addr_format() - write an address as Go does
 * @addr: the address; "no address" is written as "<nil>"
 * @ret_text: at least CNI_ADDR_STRLEN bytes
 *
 * Return: @ret_text.
 */
const char *cni_addr_format(const struct cni_addr *addr,
			    char ret_text[static CNI_ADDR_STRLEN]);

/**
 * cni_prefix_format() - write "address/length" as Go does
 * @prefix: the prefix; "no address" is written as "<nil>"
 * @ret_text: at least CNI_PREFIX_STRLEN bytes
 *
 * Return: @ret_text.
 */
const char *cni_prefix_format(const struct cni_prefix *prefix,
			      char ret_text[static CNI_PREFIX_STRLEN]);

/** cni_addr_is_set() - is there an address at all? */
static inline bool cni_addr_is_set(const struct cni_addr *addr)
{
	return addr->family != 0;
}

/** cni_addr_len() - bytes of the address: 4, 16, or 0 when there is none */
size_t cni_addr_len(const struct cni_addr *addr);

/** cni_addr_bits() - bits of the address: 32, 128, or 0 */
static inline uint8_t cni_addr_bits(const struct cni_addr *addr)
{
	return (uint8_t)(cni_addr_len(addr) * 8);
}

/**
 * cni_addr_cmp() - order two addresses
 *
 * IPv4 sorts before IPv6; within a family by numeric value.
 *
 * Return: negative, 0 or positive.
 */
int cni_addr_cmp(const struct cni_addr *a, const struct cni_addr *b);

/** cni_addr_equal() - same family and value */
static inline bool cni_addr_equal(const struct cni_addr *a,
				  const struct cni_addr *b)
{
	return cni_addr_cmp(a, b) == 0;
}

/**
 * cni_addr_next() - the following address
 *
 * Return: @addr + 1 in its family; "no address" after the last one.
 */
struct cni_addr cni_addr_next(const struct cni_addr *addr);

/**
 * cni_addr_prev() - the preceding address
 *
 * Return: @addr - 1 in its family; "no address" before the first one.
 */
struct cni_addr cni_addr_prev(const struct cni_addr *addr);

/** cni_addr_is_unspecified() - 0.0.0.0 or :: */
bool cni_addr_is_unspecified(const struct cni_addr *addr);

/** cni_addr_is_loopback() - 127.0.0.0/8 or ::1 */
bool cni_addr_is_loopback(const struct cni_addr *addr);

/** cni_addr_is_multicast() - 224.0.0.0/4 or ff00::/8 */
bool cni_addr_is_multicast(const struct cni_addr *addr);

/** cni_addr_is_link_local() - 169.254.0.0/16 or fe80::/10 */
bool cni_addr_is_link_local(const struct cni_addr *addr);

/** cni_addr_is_mapped() - an AF_INET6 address inside ::ffff:0:0/96 */
bool cni_addr_is_mapped(const struct cni_addr *addr);

/**
 * cni_addr_unmap() - the IPv4 form of an IPv4-mapped address
 *
 * Return: AF_INET for an address inside ::ffff:0:0/96; any other unchanged.
 */
struct cni_addr cni_addr_unmap(const struct cni_addr *addr);

/**
 * cni_prefix_unmap() - the IPv4 form of an IPv4-mapped prefix
 *
 * This is what cni_prefix_format() writes and what belongs into the kernel.
 *
 * Return: AF_INET and @len - 96 (0 when @len is less than 96) for an address
 * inside ::ffff:0:0/96; any other prefix unchanged.
 * Source: Go net.IPNet.String(), which drops the first 12 bytes of the mask.
 */
struct cni_prefix cni_prefix_unmap(const struct cni_prefix *prefix);

/** cni_prefix_network() - the prefix with its host bits cleared */
struct cni_prefix cni_prefix_network(const struct cni_prefix *prefix);

/** cni_prefix_last() - the last address: IPv4 broadcast, or all ones */
struct cni_addr cni_prefix_last(const struct cni_prefix *prefix);

/**
 * cni_prefix_contains() - is @addr of the same family and inside @prefix?
 *
 * IPv4-mapped values count as IPv4, here and in the predicates above.
 */
bool cni_prefix_contains(const struct cni_prefix *prefix,
			 const struct cni_addr *addr);

/** cni_prefix_overlaps() - does either prefix contain the other's address? */
bool cni_prefix_overlaps(const struct cni_prefix *a,
			 const struct cni_prefix *b);

/** cni_prefix_equal() - same address, host bits included, and same length */
bool cni_prefix_equal(const struct cni_prefix *a, const struct cni_prefix *b);

#endif /* CNI_IP_H */
