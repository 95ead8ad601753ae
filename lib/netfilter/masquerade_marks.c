/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_marks.c - whose are the masquerade rules of iptables? */
#include <stdio.h>
#include <string.h>

#include "masquerade_iptables.h"

#define MARK "if: \""

bool masq_iptables_marker(const struct cni_iptables_rule *rule,
			  char ret_ifname[static MASQ_IFNAME_SIZE])
{
	const char *name = rule->comment + strlen(MARK);
	size_t len;

	if (rule->target[0] || strncmp(rule->comment, MARK, strlen(MARK)) != 0)
		return false;
	len = strlen(name);
	if (len < 2 || len > MASQ_IFNAME_SIZE || name[len - 1] != '"')
		return false;
	memcpy(ret_ifname, name, len - 1);
	ret_ifname[len - 1] = '\0';
	return true;
}

static bool is_any_marker(const struct cni_iptables_rule *rule,
			  const char *chain)
{
	char name[MASQ_IFNAME_SIZE];

	return strcmp(rule->chain, chain) == 0 &&
	       masq_iptables_marker(rule, name);
}

static bool is_marker(const struct cni_iptables_rule *rule, const char *chain,
		      const char *ifname)
{
	char name[MASQ_IFNAME_SIZE];

	return strcmp(rule->chain, chain) == 0 &&
	       masq_iptables_marker(rule, name) && strcmp(name, ifname) == 0;
}

static bool is_jump(const struct cni_iptables_rule *rule, const char *chain)
{
	return strcmp(rule->target, chain) == 0;
}

bool masq_iptables_is_mine(const struct cni_iptables_view *view, size_t index,
			   const char *chain, const char *ifname)
{
	const struct cni_iptables_rule *rule = &view->rules[index];

	if (is_marker(rule, chain, ifname))
		return true;
	if (!is_jump(rule, chain))
		return false;
	for (size_t i = 0; i < view->count; i++)
		if (is_marker(&view->rules[i], chain, ifname) &&
		    cni_prefix_equal(&view->rules[i].source, &rule->source))
			return true;
	return false;
}

bool masq_iptables_mark_del(struct cni_iptables_view *view, const char *chain,
			    const char *ifname)
{
	bool shared = false;

	for (size_t i = 0; i < view->count && !shared; i++)
		shared = is_any_marker(&view->rules[i], chain) &&
			 !is_marker(&view->rules[i], chain, ifname);
	for (size_t i = 0; i < view->count; i++) {
		struct cni_iptables_rule *rule = &view->rules[i];

		if (shared)
			rule->remove =
				rule->remove ||
				masq_iptables_is_mine(view, i, chain, ifname);
		else if (is_jump(rule, chain))
			rule->remove = true;
	}
	return !shared;
}
