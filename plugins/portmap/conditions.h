/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conditions.h - conditionsV4, conditionsV6 in nft's words
 *
 * DOC: Theory of Operation
 *
 * Conditions are text of nft's language, so the host's nft has to read them.
 * They belong to one attachment: its keys are also in a map conditions4[_ip]
 * that sends packets to a chain of the attachment's own, which has one rule
 * made by nft,
 *
 *	<conditions> goto hit4[_ip]
 *
 * and for keys of a certain address a second one that goes on with those for
 * any address.  The chain is made before the attachment's transaction; nothing
 * leads to it until that is carried out.
 *
 * The text is refused when it could end the rule: line ends, ';', braces that
 * do not match.
 */
#ifndef PORTMAP_CONDITIONS_H
#define PORTMAP_CONDITIONS_H

#include "nft_backend.h"

/**
 * portmap_conditions_prepare() - make the attachment's chains
 * @nft: open handle
 * @pub: what is published; what the attachment had before is removed
 * @reterr: code 7 with nft's words when they are not understood, 131 when there
 *	is no nft
 *
 * Return: 0; -EINVAL; -ENOENT; another negative errno.
 */
int portmap_conditions_prepare(struct cni_nft *nft,
			       const struct portmap_publication *pub,
			       struct cni_error *reterr);

/** portmap_conditions_put() - lead the attachment's keys to its chains */
void portmap_conditions_put(struct cni_nft_batch *batch,
			    const struct portmap_publication *pub);

/** portmap_conditions_undo() - remove the chains, unless they are in use */
void portmap_conditions_undo(struct cni_nft *nft,
			     const struct portmap_publication *pub);

/**
 * portmap_conditions_check() - do the attachment's keys lead to its chains?
 * @nft: open handle
 * @pub: what is published
 * @reterr: code 140
 *
 * Each chain must have its rules; what nft made of the conditions is not
 * compared, since that depends on its version.
 *
 * Return: 0; -ENOENT; another negative errno.
 */
int portmap_conditions_check(struct cni_nft *nft,
			     const struct portmap_publication *pub,
			     struct cni_error *reterr);

#endif /* PORTMAP_CONDITIONS_H */
