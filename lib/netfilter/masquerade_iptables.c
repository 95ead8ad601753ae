/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_iptables.c - the text and meaning of masquerade rules in iptables
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "masquerade_iptables.h"

static void add_prefix(struct cni_buf *buf, const char *option,
		       const struct cni_prefix *prefix)
{
	char text[CNI_PREFIX_STRLEN];

	cni_buf_addf(buf, " %s %s", option, cni_prefix_format(prefix, text));
}

static struct cni_prefix host_prefix(const struct cni_prefix *address)
{
	return (struct cni_prefix) {
		.addr = address->addr,
		.len = cni_addr_bits(&address->addr),
	};
}

/* Go prints both names with %q; they have no characters that it escapes. */
void masq_iptables_comment(const struct cni_owner *owner,
			   struct cni_buf *ret_comment)
{
	cni_buf_addf(ret_comment, "name: \"%s\" id: \"%s\"", owner->network,
		     owner->container_id);
}

static void marker_comment(const char *ifname, struct cni_buf *ret_comment)
{
	cni_buf_addf(ret_comment, "if: \"%s\"", ifname);
}

/**
 * struct writer - where rules go
 * @script: the script
 * @existing: rules that are there already; NULL when the chain is new
 * @chain: the attachment's chain
 * @comment: of its rules
 */
struct writer {
	struct cni_buf *script;
	const struct cni_iptables_view *existing;
	const char *chain;
	const char *comment;
};

static bool is_there(const struct writer *writer, const char *line)
{
	for (size_t i = 0; writer->existing && i < writer->existing->count; i++)
		if (strcmp(writer->existing->rules[i].line, line) == 0)
			return true;
	return false;
}

/* A rule in front must be before MASQUERADE, wherever that is now. */
static void write_rule(const struct writer *writer, struct cni_buf *line,
		       bool in_front)
{
	const char *text = cni_buf_text(line);
	size_t skip = strlen("-A ") + strlen(writer->chain);

	if (cni_buf_error(line) < 0)
		writer->script->error = cni_buf_error(line);
	else if (is_there(writer, text))
		;
	else if (in_front && writer->existing)
		cni_buf_addf(writer->script, "-I %s 1%s\n", writer->chain,
			     text + skip);
	else
		cni_buf_addf(writer->script, "%s\n", text);
	cni_buf_done(line);
}

/* iptables -A CHAIN -d PREFIX -m comment --comment C -j ACCEPT */
static void write_accept(const struct writer *writer,
			 const struct cni_prefix *destination)
{
	struct cni_prefix network = cni_prefix_network(destination);
	struct cni_buf line = { 0 };

	cni_buf_addf(&line, "-A %s", writer->chain);
	add_prefix(&line, "-d", &network);
	cni_iptables_add_comment(&line, writer->comment);
	cni_buf_add(&line, " -j ACCEPT");
	write_rule(writer, &line, true);
}

/* iptables -A CHAIN ! -d 224.0.0.0/4 -m comment --comment C -j MASQUERADE */
static void write_masquerade(const struct writer *writer, int family,
			     bool random)
{
	struct cni_buf line = { 0 };

	for (size_t i = 0; writer->existing && i < writer->existing->count; i++)
		if (strcmp(writer->existing->rules[i].target, "MASQUERADE") ==
		    0)
			return;
	cni_buf_addf(&line, "-A %s ! -d %s", writer->chain,
		     family == AF_INET ? "224.0.0.0/4" : "ff00::/8");
	cni_iptables_add_comment(&line, writer->comment);
	cni_buf_addf(&line, " -j MASQUERADE%s",
		     random ? " --random-fully" : "");
	write_rule(writer, &line, false);
}

/* iptables -A CHAIN -s ADDRESS -m comment --comment 'if: "eth0"' (no target) */
static void write_marker(const struct writer *writer,
			 const struct cni_prefix *source, const char *ifname)
{
	CNI_CLEANUP(buf) struct cni_buf comment = { 0 };
	struct cni_buf line = { 0 };

	marker_comment(ifname, &comment);
	cni_buf_addf(&line, "-A %s", writer->chain);
	add_prefix(&line, "-s", source);
	cni_iptables_add_comment(&line, cni_buf_text(&comment));
	write_rule(writer, &line, false);
}

/* iptables -A POSTROUTING -s ADDRESS -m comment --comment C -j CHAIN */
static void write_jump(const struct writer *writer,
		       const struct cni_prefix *source)
{
	struct cni_buf line = { 0 };

	cni_buf_add(&line, "-A POSTROUTING");
	add_prefix(&line, "-s", source);
	cni_iptables_add_comment(&line, writer->comment);
	cni_buf_addf(&line, " -j %s", writer->chain);
	write_rule(writer, &line, false);
}

static void write_accepts(const struct writer *writer, int family,
			  const struct cni_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cni_prefix network = cni_prefix_network(&prefixes[i]);
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++) {
			struct cni_prefix other =
				cni_prefix_network(&prefixes[j]);

			seen = cni_prefix_equal(&network, &other);
		}
		if (prefixes[i].addr.family == family && !seen)
			write_accept(writer, &network);
	}
}

/* What an earlier ADD of the same attachment made for addresses it had then. */
static void write_removals(const struct writer *writer, int family,
			   const char *ifname,
			   const struct cni_masquerade_spec *spec)
{
	const struct cni_iptables_view *view = writer->existing;

	for (size_t i = 0; view && i < view->count; i++) {
		const struct cni_iptables_rule *rule = &view->rules[i];
		bool current = false;

		for (size_t j = 0; j < spec->address_count; j++)
			if (spec->addresses[j].addr.family == family &&
			    cni_addr_equal(&spec->addresses[j].addr,
					   &rule->source.addr))
				current = true;
		if (!current &&
		    masq_iptables_is_mine(view, i, writer->chain, ifname))
			cni_buf_addf(writer->script, "-D%s\n",
				     rule->line + strlen("-A"));
	}
}

int masq_iptables_script(const struct cni_owner *owner,
			 const struct cni_masquerade_spec *spec, int family,
			 const struct cni_iptables_view *existing,
			 struct cni_buf *ret_script)
{
	CNI_CLEANUP(buf) struct cni_buf comment = { 0 };
	char chain[CNI_IPTABLES_CHAIN_MAX + 1];
	struct writer writer = {
		.script = ret_script,
		.existing = existing,
		.chain = chain,
	};

	masq_iptables_comment(owner, &comment);
	writer.comment = cni_buf_text(&comment);
	cni_iptables_chain_name(chain, "CNI-", owner->network,
				owner->container_id);
	cni_buf_add(ret_script, "*nat\n");
	if (!existing)
		cni_buf_addf(ret_script, ":%s - [0:0]\n", chain);
	write_removals(&writer, family, owner->ifname, spec);
	write_accepts(&writer, family, spec->addresses, spec->address_count);
	write_accepts(&writer, family, spec->excludes, spec->exclude_count);
	write_masquerade(&writer, family, spec->random);
	for (size_t i = 0; i < spec->address_count; i++) {
		struct cni_prefix source = host_prefix(&spec->addresses[i]);

		if (source.addr.family != family)
			continue;
		write_marker(&writer, &source, owner->ifname);
		write_jump(&writer, &source);
	}
	cni_buf_add(ret_script, "COMMIT\n");
	return cni_buf_error(&comment) < 0 ? cni_buf_error(&comment)
					   : cni_buf_error(ret_script);
}

int masq_iptables_missing(const struct cni_owner *owner,
			  const struct cni_masquerade_spec *spec, int family,
			  const struct cni_iptables_view *existing,
			  struct cni_buf *ret_line)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	char *save = NULL;
	int ret;

	ret = masq_iptables_script(owner, spec, family, existing, &script);
	if (ret < 0)
		return ret;
	for (char *line = strtok_r(script.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (line[0] != '-' || line[1] == 'D' ||
		    strstr(line, " --comment \"if: "))
			continue;
		cni_buf_add(ret_line, line);
		return cni_buf_error(ret_line);
	}
	return 0;
}
