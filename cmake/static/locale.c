/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locale.c - the only locale of a plugin is "C"
 *
 * json-c switches to it and back around each number it parses, by objects that
 * musl allocates in its own heap.  No plugin calls setlocale(), so there is
 * nothing to switch: these stand for the one locale, POSIX.1-2008's
 * LC_GLOBAL_LOCALE.
 */
#include <locale.h>

locale_t newlocale(int categories, const char *name, locale_t base)
{
	(void)categories;
	(void)name;
	(void)base;
	return LC_GLOBAL_LOCALE;
}

locale_t duplocale(locale_t locale)
{
	return locale;
}

locale_t uselocale(locale_t locale)
{
	(void)locale;
	return LC_GLOBAL_LOCALE;
}

void freelocale(locale_t locale)
{
	(void)locale;
}
