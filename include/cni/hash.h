/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - SHA-512 prefixes, as the Go plugins derive names from them
 */
#ifndef CNI_HASH_H
#define CNI_HASH_H

#include <stddef.h>

/**
 * cni_hash_hex() - the first hex digits of the SHA-512 of some strings
 * @digits: how many lower-case hex digits to write, 1..128
 * @ret_hex: at least @digits + 1 bytes; NUL-terminated on return
 * @parts: strings hashed one after the other without separators
 * @count: how many
 *
 * Source: containernetworking/plugins pkg/utils/utils.go (FormatChainName) and
 * pkg/ip/ipmasq_nftables_linux.go (hash of network and attachment).
 */
void cni_hash_hex(size_t digits, char *ret_hex, const char *const *parts,
		  size_t count);

/**
 * cni_hash_bytes() - the first bytes of the SHA-512 of some strings
 * @len: how many bytes to write, 1..64
 * @ret_bytes: at least @len bytes
 * @parts: strings hashed one after the other without separators
 * @count: how many
 */
void cni_hash_bytes(size_t len, void *ret_bytes, const char *const *parts,
		    size_t count);

#endif /* CNI_HASH_H */
