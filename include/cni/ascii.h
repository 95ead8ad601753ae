/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascii.h - classes of ASCII characters, whatever the locale
 */
#ifndef CNI_ASCII_H
#define CNI_ASCII_H

#include <stdbool.h>

/** cni_ascii_is_digit() - '0' to '9'; any int is accepted */
static inline bool cni_ascii_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/** cni_ascii_hex_value() - 0..15 for a hex digit of either case; else -1 */
static inline int cni_ascii_hex_value(int c)
{
	if (cni_ascii_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif /* CNI_ASCII_H */
