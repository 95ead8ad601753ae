/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publication.h - what an ADD is about to make
 */
#ifndef PORTMAP_PUBLICATION_H
#define PORTMAP_PUBLICATION_H

#include "cni/netlink.h"

#include "conf.h"
#include "nft_table.h"

/**
 * struct portmap_publication - an attachment's mappings, ready to be made
 * @conf: the configuration; borrowed
 * @owner: the attachment; borrowed
 * @key: its key
 * @comment: its comment
 * @record: what will be recorded
 * @plan: the elements
 */
struct portmap_publication {
	const struct portmap_conf *conf;
	struct cni_owner owner;
	uint8_t key[CNI_OWNER_KEY];
	char comment[CNI_OWNER_COMMENT_SIZE];
	struct portmap_record record;
	struct portmap_plan plan;
};

/** portmap_publication_done() - free what it owns; it is empty afterwards */
void portmap_publication_done(struct portmap_publication *pub);

CNI_DEFINE_CLEANUP(portmap_publication, struct portmap_publication,
		   portmap_publication_done);

/**
 * portmap_publication_build() - prepare an ADD, or what CHECK compares with
 * @conf: the configuration; borrowed
 * @owner: the attachment; borrowed
 * @sandbox: CNI_NETNS
 * @target: the pod
 * @ret_pub: free with portmap_publication_done(), also after a failure
 * @reterr: code 7: a mapping cannot lead to this pod
 *
 * Return: 0; -EINVAL a mapping's hostIP is of a family in which the pod has no
 * address; -ENOMEM.
 */
int portmap_publication_build(const struct portmap_conf *conf,
			      const struct cni_owner *owner,
			      const char *sandbox,
			      const struct portmap_target *target,
			      struct portmap_publication *ret_pub,
			      struct cni_error *reterr);

/**
 * portmap_publication_look_host() - find the pod's port and bridge
 * @nl: NETLINK_ROUTE socket of the host
 * @target: whose host interfaces are tried
 * @pub: its record is completed
 *
 * What cannot be found is left out: not every pod has it.
 */
void portmap_publication_look_host(struct cni_nl *nl,
				   const struct portmap_target *target,
				   struct portmap_publication *pub);

#endif /* PORTMAP_PUBLICATION_H */
