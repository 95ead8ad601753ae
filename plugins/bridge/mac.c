/* SPDX-License-Identifier: Apache-2.0 */
/* mac.c - stable MAC addresses for the links the plugin makes */
#include <errno.h>
#include <stdio.h>

#include "cni/hash.h"

#include "mac.h"

#define FLAG_MULTICAST 0x01
#define FLAG_LOCAL     0x02
/* The highest first byte of a locally administered unicast address. */
#define PORT_FIRST_BYTE 0xfe

int bridge_mac_parse(const char *text, struct cni_mac *ret_mac,
		     struct cni_error *reterr)
{
	struct cni_mac mac = { { 0 } };
	int ret = cni_mac_parse(text, &mac);
	const char *fault = NULL;

	if (ret == -EAFNOSUPPORT)
		fault = "a MAC address of 6 bytes is needed";
	else if (ret < 0)
		fault = "invalid MAC address";
	else if (cni_mac_is_multicast(&mac) || !cni_mac_is_set(&mac))
		fault = "not a unicast MAC address";
	if (fault)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "address %s: %s", text, fault);
	*ret_mac = mac;
	return 0;
}

/* @kind keeps the derivations apart; '\n' cannot be in a name. */
static struct cni_mac derive(const char *kind, const char *scope,
			     const char *name, unsigned int attempt)
{
	char count[16];
	const char *parts[] = { kind, "\n", scope, "\n", name, "\n", count };
	struct cni_mac mac;

	(void)snprintf(count, sizeof(count), "%u", attempt);
	cni_hash_bytes(sizeof(mac.bytes), mac.bytes, parts,
		       sizeof(parts) / sizeof(parts[0]));
	mac.bytes[0] &= (uint8_t)~FLAG_MULTICAST;
	mac.bytes[0] |= FLAG_LOCAL;
	return mac;
}

struct cni_mac bridge_mac_for_address(const char *network,
				      const struct cni_addr *addr,
				      unsigned int attempt)
{
	char text[CNI_ADDR_STRLEN];

	return derive("address", network, cni_addr_format(addr, text), attempt);
}

struct cni_mac bridge_mac_for_pod(const char *key, unsigned int attempt)
{
	return derive("pod", key, "", attempt);
}

struct cni_mac bridge_mac_for_port(const char *key)
{
	struct cni_mac mac = derive("port", key, "", 0);

	mac.bytes[0] = PORT_FIRST_BYTE;
	return mac;
}

struct cni_mac bridge_mac_for_bridge(const char *node, const char *name)
{
	return derive("bridge", node, name, 0);
}

bool bridge_mac_is_borrowed(const struct cni_mac *mac)
{
	return !cni_mac_is_set(mac) || mac->bytes[0] == PORT_FIRST_BYTE;
}
