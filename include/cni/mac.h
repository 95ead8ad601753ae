/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mac.h - Ethernet addresses
 */
#ifndef CNI_MAC_H
#define CNI_MAC_H

#include <stdbool.h>
#include <stdint.h>

/* Text of an address, "00:11:22:33:44:55", with its NUL. */
#define CNI_MAC_STRLEN 18

/**
 * struct cni_mac - an Ethernet address, or none
 * @bytes: in wire order; all zero is "no address"
 */
struct cni_mac {
	uint8_t bytes[6];
};

/**
 * cni_mac_parse() - read an Ethernet address
 * @text: six groups of two hex digits separated by ':' or '-', or three
 *	groups of four separated by '.'
 * @ret_mac: the address
 *
 * The forms are those of Go's net.ParseMAC.  It also reads EUI-64 and IPoIB
 * addresses, which no veth or bridge can have.
 *
 * Return: 0; -EINVAL not an address; -EAFNOSUPPORT an address of 8 or 20 bytes.
 * Source: Go src/net/mac.go (ParseMAC).
 */
int cni_mac_parse(const char *text, struct cni_mac *ret_mac);

/**
 * cni_mac_format() - write an address, lower case with colons
 * @mac: the address; none is written as "00:00:00:00:00:00"
 * @ret_text: at least CNI_MAC_STRLEN bytes
 *
 * Return: @ret_text.
 */
const char *cni_mac_format(const struct cni_mac *mac,
			   char ret_text[static CNI_MAC_STRLEN]);

/** cni_mac_is_set() - is there an address at all? */
bool cni_mac_is_set(const struct cni_mac *mac);

/** cni_mac_is_multicast() - group bit set; no interface can have such a one */
static inline bool cni_mac_is_multicast(const struct cni_mac *mac)
{
	return (mac->bytes[0] & 1) != 0;
}

/** cni_mac_equal() - same bytes */
bool cni_mac_equal(const struct cni_mac *a, const struct cni_mac *b);

#endif /* CNI_MAC_H */
