/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - reading UTF-8, one character at a time */
#include "cni/utf8.h"

size_t cni_utf8_decode(const void *bytes, size_t len, uint32_t *ret_rune)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = bytes;
	size_t need = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t rune;

	if (p[0] < 0x80) {
		*ret_rune = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4 || len < need)
		return 0;
	rune = p[0] & (0xffU >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (p[i] & 0x3fU);
	}
	if (rune < smallest[need] || rune > 0x10ffff ||
	    (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	*ret_rune = rune;
	return need;
}
