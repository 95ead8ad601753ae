/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c - SHA-512 prefixes, as the Go plugins derive names from them */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <sha2.h>

#include "cni/hash.h"

void cni_hash_bytes(size_t len, void *ret_bytes, const char *const *parts,
		    size_t count)
{
	uint8_t digest[SHA512_DIGEST_LENGTH];
	SHA2_CTX context;

	assert(len > 0 && len <= sizeof(digest));
	SHA512Init(&context);
	for (size_t i = 0; i < count; i++)
		SHA512Update(&context, (const uint8_t *)parts[i],
			     strlen(parts[i]));
	SHA512Final(digest, &context);
	memcpy(ret_bytes, digest, len);
}

void cni_hash_hex(size_t digits, char *ret_hex, const char *const *parts,
		  size_t count)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t digest[SHA512_DIGEST_LENGTH];

	assert(digits > 0 && digits <= 2 * sizeof(digest));
	cni_hash_bytes(sizeof(digest), digest, parts, count);
	for (size_t i = 0; i < digits; i++)
		ret_hex[i] =
			hex[i % 2 ? digest[i / 2] & 0xf : digest[i / 2] >> 4];
	ret_hex[digits] = '\0';
}
