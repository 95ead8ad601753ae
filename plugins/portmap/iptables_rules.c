/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_rules.c - port mappings as rules of iptables */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "iptables_rules.h"

#define MARK_CHAIN "CNI-HOSTPORT-SETMARK"
#define MASQ_CHAIN "CNI-HOSTPORT-MASQ"

/* Ports a multiport match can hold (XT_MULTI_PORTS). */
#define MULTIPORT_MAX 15

/* The Go plugin cuts comments like this. */
#define COMMENT_CUT 253

void portmap_ipt_chain(const struct portmap_publication *pub,
		       char ret_name[static CNI_IPTABLES_CHAIN_MAX + 1])
{
	cni_iptables_chain_name(ret_name, "CNI-DN-", pub->owner.network,
				pub->owner.container_id);
}

static bool marks(const struct portmap_publication *pub)
{
	return pub->conf->snat && !pub->conf->mark_chain;
}

static const char *mark_chain(const struct portmap_publication *pub)
{
	return pub->conf->mark_chain ? pub->conf->mark_chain : MARK_CHAIN;
}

/*
 * -A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark"
 *	-j MARK --set-xmark 0x2000/0x2000
 * -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
 */
static void add_mark_rules(const struct portmap_publication *pub,
			   const char *verb, struct cni_buf *script)
{
	uint32_t mark = 1U << pub->conf->mark_masq_bit;

	cni_buf_addf(script,
		     "%s " MARK_CHAIN " -m comment --comment "
		     "\"CNI portfwd masquerade mark\" -j MARK --set-xmark "
		     "0x%x/0x%x\n",
		     verb, mark, mark);
	cni_buf_addf(script,
		     "%s " MASQ_CHAIN " -m mark --mark 0x%x/0x%x "
		     "-j MASQUERADE\n",
		     verb, mark, mark);
}

/* Declaring chains empties them: a changed mark leaves nothing behind. */
static void add_marks(const struct portmap_publication *pub,
		      unsigned int missing, struct cni_buf *script)
{
	if (!marks(pub))
		return;
	if (missing & PORTMAP_IPT_MARK_CHAINS)
		cni_buf_add(script, ":" MARK_CHAIN " - [0:0]\n:" MASQ_CHAIN
				    " - [0:0]\n");
	add_mark_rules(pub, missing & PORTMAP_IPT_MARK_CHAINS ? "-A" : "-C",
		       script);
	cni_buf_addf(script,
		     "%s -m comment --comment \"CNI portfwd requiring "
		     "masquerade\" -j " MASQ_CHAIN "\n",
		     missing & PORTMAP_IPT_POSTROUTING ? "-I POSTROUTING 1"
						       : "-C POSTROUTING");
}

static void add_entry_points(unsigned int missing, struct cni_buf *script)
{
	static const char rule[] =
		"-m addrtype --dst-type LOCAL -j " PORTMAP_DNAT_CHAIN "\n";

	if (missing & PORTMAP_IPT_DNAT_CHAIN)
		cni_buf_add(script, "-N " PORTMAP_DNAT_CHAIN "\n");
	cni_buf_addf(script, "%s PREROUTING %s",
		     missing & PORTMAP_IPT_PREROUTING ? "-A" : "-C", rule);
	cni_buf_addf(script, "%s OUTPUT %s",
		     missing & PORTMAP_IPT_OUTPUT ? "-A" : "-C", rule);
}

static void add_match(const struct portmap_mapping *mapping, const char *verb,
		      const char *chain, struct cni_buf *script)
{
	char addr[CNI_ADDR_STRLEN];

	cni_buf_addf(script, "%s %s -p %s --dport %u", verb, chain,
		     portmap_protocol_name(mapping->protocol),
		     mapping->host_port);
	if (!portmap_mapping_is_any(mapping))
		cni_buf_addf(script, " -d %s",
			     cni_addr_format(&mapping->host_ip, addr));
}

/* Whose source address is translated: the subnet's, or everybody's. */
static void format_sources(const struct portmap_publication *pub, int family,
			   char ret_text[static CNI_PREFIX_STRLEN])
{
	const struct cni_prefix all = { .addr.family = (uint8_t)family };
	const struct cni_prefix *pod =
		portmap_target_prefix(&pub->record.target, family);

	(void)cni_prefix_format(pub->conf->masq_all ? &all : pod, ret_text);
}

/*
 * -A <chain> -p tcp --dport 8080 -s 10.1.0.2/24 -j CNI-HOSTPORT-SETMARK
 * -A <chain> -p tcp --dport 8080 -s 127.0.0.1 -j CNI-HOSTPORT-SETMARK
 * -A <chain> -p tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80
 */
static void add_mapping(const struct portmap_publication *pub, int family,
			const struct portmap_mapping *mapping, const char *verb,
			struct cni_buf *script)
{
	const struct cni_prefix *pod =
		portmap_target_prefix(&pub->record.target, family);
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	char text[CNI_PREFIX_STRLEN];

	portmap_ipt_chain(pub, chain);
	if (pub->conf->snat) {
		format_sources(pub, family, text);
		add_match(mapping, verb, chain, script);
		cni_buf_addf(script, " -s %s -j %s\n", text, mark_chain(pub));
	}
	if (pub->conf->snat && family == AF_INET && !pub->conf->masq_all) {
		add_match(mapping, verb, chain, script);
		cni_buf_addf(script, " -s 127.0.0.1 -j %s\n", mark_chain(pub));
	}
	add_match(mapping, verb, chain, script);
	cni_buf_addf(script,
		     family == AF_INET ? " -j DNAT --to-destination %s:%u\n"
				       : " -j DNAT --to-destination [%s]:%u\n",
		     cni_addr_format(&pod->addr, text),
		     mapping->container_port);
}

static void add_mappings(const struct portmap_publication *pub, int family,
			 const char *verb, struct cni_buf *script)
{
	const struct portmap_mapping_list *list = &pub->record.mappings;

	for (size_t i = 0; i < list->count; i++)
		if (portmap_mapping_is_for(&list->items[i], family))
			add_mapping(pub, family, &list->items[i], verb, script);
}

static void add_comment(const struct portmap_publication *pub,
			struct cni_buf *script)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	cni_buf_addf(&text, "dnat name: \"%s\" id: \"%s\"", pub->owner.network,
		     pub->owner.container_id);
	if (cni_buf_error(&text)) {
		script->error = cni_buf_error(&text);
		return;
	}
	if (text.len > CNI_IPTABLES_COMMENT_MAX)
		memcpy(text.data + COMMENT_CUT, "...", sizeof("..."));
	cni_iptables_add_comment(script, cni_buf_text(&text));
}

/* Words of the configuration, each as one argument. */
static void add_conditions(const struct portmap_publication *pub, int family,
			   struct cni_buf *script)
{
	const struct cni_string_list *list =
		portmap_conf_conditions(pub->conf, family);

	for (size_t i = 0; i < list->count; i++) {
		cni_buf_add(script, " \"");
		for (const char *c = list->items[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				cni_buf_add(script, "\\");
			cni_buf_add_bytes(script, c, 1);
		}
		cni_buf_add(script, "\"");
	}
}

static void begin_entry(const struct portmap_publication *pub, uint8_t protocol,
			const char *verb, struct cni_buf *script)
{
	cni_buf_addf(script, "%s " PORTMAP_DNAT_CHAIN, verb);
	add_comment(pub, script);
	cni_buf_addf(script, " -m multiport -p %s --destination-ports ",
		     portmap_protocol_name(protocol));
}

static void end_entry(const struct portmap_publication *pub, int family,
		      struct cni_buf *script)
{
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];

	portmap_ipt_chain(pub, chain);
	add_conditions(pub, family, script);
	cni_buf_addf(script, " -j %s\n", chain);
}

/*
 * -A CNI-HOSTPORT-DNAT -m comment --comment "dnat name: ..." -m multiport
 *	-p tcp --destination-ports 8080,8443 [conditions] -j <chain>
 */
static void add_entries(const struct portmap_publication *pub, int family,
			const char *verb, struct cni_buf *script)
{
	/* By name, as the Go plugin sorts them. */
	static const uint8_t protocols[] = { IPPROTO_DCCP, IPPROTO_SCTP,
					     IPPROTO_TCP, IPPROTO_UDP };
	const struct portmap_mapping_list *list = &pub->record.mappings;

	for (size_t p = 0; p < sizeof(protocols); p++) {
		size_t ports = 0;

		for (size_t i = 0; i < list->count; i++) {
			if (list->items[i].protocol != protocols[p])
				continue;
			if (ports && ports % MULTIPORT_MAX == 0)
				end_entry(pub, family, script);
			if (ports % MULTIPORT_MAX == 0)
				begin_entry(pub, protocols[p], verb, script);
			cni_buf_addf(script,
				     ports % MULTIPORT_MAX ? ",%u" : "%u",
				     list->items[i].host_port);
			ports++;
		}
		if (ports)
			end_entry(pub, family, script);
	}
}

void portmap_ipt_add_script(const struct portmap_publication *pub, int family,
			    unsigned int missing, struct cni_buf *script)
{
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];

	portmap_ipt_chain(pub, chain);
	cni_buf_add(script, "*nat\n");
	add_marks(pub, missing, script);
	add_entry_points(missing, script);
	cni_buf_addf(script, ":%s - [0:0]\n", chain);
	add_mappings(pub, family, "-A", script);
	add_entries(pub, family, "-A", script);
	cni_buf_add(script, "COMMIT\n");
}

void portmap_ipt_reduce_script(const struct portmap_publication *pub,
			       int family, struct cni_buf *script)
{
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];

	portmap_ipt_chain(pub, chain);
	cni_buf_addf(script, "*nat\n:%s - [0:0]\n", chain);
	add_mappings(pub, family, "-A", script);
	cni_buf_add(script, "COMMIT\n");
}

void portmap_ipt_check_script(const struct portmap_publication *pub, int family,
			      struct cni_buf *script)
{
	cni_buf_add(script, "*nat\n");
	add_marks(pub, 0, script);
	add_entry_points(0, script);
	add_mappings(pub, family, "-C", script);
	add_entries(pub, family, "-C", script);
	cni_buf_add(script, "COMMIT\n");
}

static bool is_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	return strncmp(text, line, len) == 0 &&
	       (text[len] == '\0' || text[len] == ' ');
}

/* The lines iptables-save writes for the two rules of add_mark_rules(). */
static unsigned int count_mark_rules(const char *line, uint32_t mark)
{
	char set[128];
	char masq[128];

	(void)snprintf(set, sizeof(set),
		       "-A " MARK_CHAIN " -m comment --comment \"CNI portfwd "
		       "masquerade mark\" -j MARK --set-xmark 0x%x/0x%x",
		       mark, mark);
	(void)snprintf(masq, sizeof(masq),
		       "-A " MASQ_CHAIN " -m mark --mark 0x%x/0x%x "
		       "-j MASQUERADE",
		       mark, mark);
	return (is_line(line, set) ? 1U : 0U) + (is_line(line, masq) ? 1U : 0U);
}

unsigned int portmap_ipt_missing(char *text, int family,
				 const struct portmap_publication *pub)
{
	static const char local[] =
		" -m addrtype --dst-type LOCAL -j " PORTMAP_DNAT_CHAIN;
	struct cni_iptables_rule rule;
	unsigned int missing = PORTMAP_IPT_ALL;
	unsigned int mark_rules = 0;
	char *cursor = text;

	if (strstr(text, ":" PORTMAP_DNAT_CHAIN " "))
		missing &= ~(unsigned int)PORTMAP_IPT_DNAT_CHAIN;
	while (cni_iptables_next_rule(&cursor, family, &rule)) {
		const char *end =
			rule.line + strlen("-A ") + strlen(rule.chain);

		mark_rules += count_mark_rules(rule.line,
					       1U << pub->conf->mark_masq_bit);
		if (strcmp(rule.target, MASQ_CHAIN) == 0 &&
		    strcmp(rule.chain, "POSTROUTING") == 0)
			missing &= ~(unsigned int)PORTMAP_IPT_POSTROUTING;
		if (!is_line(end, local))
			continue;
		if (strcmp(rule.chain, "PREROUTING") == 0)
			missing &= ~(unsigned int)PORTMAP_IPT_PREROUTING;
		if (strcmp(rule.chain, "OUTPUT") == 0)
			missing &= ~(unsigned int)PORTMAP_IPT_OUTPUT;
	}
	if (mark_rules == 2)
		missing &= ~(unsigned int)PORTMAP_IPT_MARK_CHAINS;
	return missing;
}
