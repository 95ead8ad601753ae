/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iptables_rules.h - port mappings as rules of iptables
 *
 * DOC: Theory of Operation
 *
 * Chains, rules, comments and their order are those of the Go plugin, so that
 * either implementation can check and delete what the other made; above each
 * group of rules stands what it is for.  A script is read by
 * `iptables-restore --noflush`: it is carried out as a whole or not at all, and
 * a `-C` line fails it when the rule is not there.
 *
 * Source: containernetworking/plugins plugins/meta/portmap/portmap_iptables.go.
 */
#ifndef PORTMAP_IPTABLES_RULES_H
#define PORTMAP_IPTABLES_RULES_H

#include "cni/iptables.h"

#include "publication.h"

#define PORTMAP_DNAT_CHAIN "CNI-HOSTPORT-DNAT"

/**
 * enum portmap_ipt_base - which of the rules all containers share are missing
 */
enum portmap_ipt_base {
	PORTMAP_IPT_DNAT_CHAIN = 1U << 0,
	PORTMAP_IPT_PREROUTING = 1U << 1,
	PORTMAP_IPT_OUTPUT = 1U << 2,
	PORTMAP_IPT_POSTROUTING = 1U << 3,
	PORTMAP_IPT_MARK_CHAINS = 1U << 4,
	PORTMAP_IPT_ALL = (1U << 5) - 1,
};

/**
 * portmap_ipt_chain() - the container's chain
 * @pub: what is published
 * @ret_name: "CNI-DN-<hash>"
 */
void portmap_ipt_chain(const struct portmap_publication *pub,
		       char ret_name[static CNI_IPTABLES_CHAIN_MAX + 1]);

/**
 * portmap_ipt_add_script() - publish
 * @pub: what
 * @family: AF_INET or AF_INET6
 * @missing: shared rules to be made; the others are asserted
 * @script: appended
 */
void portmap_ipt_add_script(const struct portmap_publication *pub, int family,
			    unsigned int missing, struct cni_buf *script);

/**
 * portmap_ipt_reduce_script() - fill the container's chain anew
 * @pub: what it keeps; what leads to the chain stays
 * @family: AF_INET or AF_INET6
 * @script: appended
 */
void portmap_ipt_reduce_script(const struct portmap_publication *pub,
			       int family, struct cni_buf *script);

/**
 * portmap_ipt_check_script() - fail unless every rule is there
 * @pub: what is published
 * @family: AF_INET or AF_INET6
 * @script: appended
 */
void portmap_ipt_check_script(const struct portmap_publication *pub, int family,
			      struct cni_buf *script);

/**
 * portmap_ipt_missing() - which shared rules are missing?
 * @text: output of iptables-save; cut into lines
 * @family: AF_INET or AF_INET6
 * @pub: what is published
 *
 * Return: enum portmap_ipt_base bits.
 */
unsigned int portmap_ipt_missing(char *text, int family,
				 const struct portmap_publication *pub);

#endif /* PORTMAP_IPTABLES_RULES_H */
