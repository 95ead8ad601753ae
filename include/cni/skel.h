/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skel.h - the skeleton of a plugin: environment, stdin, dispatch, answer
 *
 * DOC: Theory of Operation
 *
 * A plugin's main() is one call of cni_main() with a table of verbs.  skel
 * validates the environment, reads and pre-validates the configuration, checks
 * the version rules of the verb, refuses CNI_NETNS being the plugin's own
 * namespace before any work is done, calls the verb and prints exactly one
 * JSON document on stdout: the result of ADD in the config's version, or an
 * error object.  When the result of a successful ADD cannot be converted or
 * written, skel runs the plugin's DEL, so that nothing stays behind that the
 * runtime does not know of.
 *
 * Source: CNI SPEC 1.1.0 sections 2 and 5; containernetworking/cni
 * pkg/skel/skel.go for order and texts.
 */
#ifndef CNI_SKEL_H
#define CNI_SKEL_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/args.h"
#include "cni/error.h"
#include "cni/json.h"
#include "cni/result.h"
#include "cni/version.h"

struct cni_builtin;

/**
 * struct cni_call - one invocation of a plugin, as its verbs see it
 * @args: the environment
 * @conf: the configuration; borrowed, an object (or NULL for `null` input)
 * @stdin_text: the configuration's exact bytes, for delegates; borrowed
 * @stdin_len: how many
 * @cni_version: cniVersion of the config as text; "" when absent
 * @version: the same as a number
 * @name: the network's name, valid by cni_valid_id()
 * @builtins: those of struct cni_plugin
 *
 * On DEL a config that is not valid in parts the verb does not need must not
 * stop it: the verb decodes what it needs and goes on without the rest.
 */
struct cni_call {
	struct cni_args args;
	json_object *conf;
	const char *stdin_text;
	size_t stdin_len;
	const char *cni_version;
	enum cni_version version;
	const char *name;
	const struct cni_builtin *const *builtins;
};

/**
 * struct cni_plugin - a plugin's verb table
 * @name: executable name, e.g. "bridge"
 * @summary: one line for --help
 * @usage: more lines for the usage of --help, for @option; may be NULL
 * @help: sections of --help, each a line "Words:" and what is indented below
 *	it, the configuration keys with types and [defaults] first; manual pages
 *	get them as headings; may be NULL
 * @files: what is indented below "Files:"; NULL when there are none
 * @add: fills @ret_result (empty before); all-or-nothing
 * @check: compares the state with what ADD made
 * @del: removes; succeeds when there is nothing (any more)
 * @gc: removes what belongs to no attachment in `cni.dev/valid-attachments`
 * @status: can an ADD be served now?
 * @check_config: for --check-config: validates call->conf offline; may be NULL
 * @builtins: delegates that are part of the executable, ended by NULL, see
 *	cni/builtin.h; may be NULL
 * @option: handles a command line option that skel does not know (argv[1]...);
 *	returns the exit status, or -ENOENT when it is not one of its own; may
 *	be NULL
 *
 * A NULL verb succeeds without doing anything.
 */
struct cni_plugin {
	const char *name;
	const char *summary;
	const char *usage;
	const char *help;
	const char *files;
	int (*add)(const struct cni_call *call, struct cni_result *ret_result,
		   struct cni_error *reterr);
	int (*check)(const struct cni_call *call, struct cni_error *reterr);
	int (*del)(const struct cni_call *call, struct cni_error *reterr);
	int (*gc)(const struct cni_call *call, struct cni_error *reterr);
	int (*status)(const struct cni_call *call, struct cni_error *reterr);
	int (*check_config)(const struct cni_call *call,
			    struct cni_error *reterr);
	const struct cni_builtin *const *builtins;
	int (*option)(int argc, char **argv);
};

/**
 * cni_main() - run a plugin
 * @plugin: its verbs
 * @argc: of main()
 * @argv: of main()
 *
 * Return: the exit status: 0, or 1 after an error object was printed.
 */
int cni_main(const struct cni_plugin *plugin, int argc, char **argv);

/**
 * struct cni_attachment - one entry of cni.dev/valid-attachments
 */
struct cni_attachment {
	const char *container_id;
	const char *ifname;
};

/**
 * struct cni_attachment_list - the attachments a runtime still knows (GC)
 * @items: sorted by container id and ifname; borrowed strings
 * @count: how many
 */
struct cni_attachment_list {
	struct cni_attachment *items;
	size_t count;
};

/**
 * cni_attachments_decode() - read the list GC gets
 * @conf: the configuration
 * @ret_list: entries borrow from @conf; free with cni_attachments_done()
 * @reterr: code 7 when the list is missing or malformed
 *
 * `cni.dev/valid-attachments` is read, else its older name
 * `cni.dev/attachments`.  A list that is missing is an error, because taking it
 * for an empty one would remove every attachment of the node; null is how
 * libcni writes an empty one.
 *
 * Source: containernetworking/cni libcni/api.go, GCNetworkList(): a nil slice.
 *
 * Return: 0; -ENOENT missing; -EINVAL malformed; -ENOMEM.
 */
int cni_attachments_decode(json_object *conf,
			   struct cni_attachment_list *ret_list,
			   struct cni_error *reterr);

/** cni_attachments_have() - is (container_id, ifname) in the list? */
bool cni_attachments_have(const struct cni_attachment_list *list,
			  const char *container_id, const char *ifname);

/** cni_attachments_have_id() - is there any entry with this container id? */
bool cni_attachments_have_id(const struct cni_attachment_list *list,
			     const char *container_id);

/** cni_attachments_done() - free the list; it is empty afterwards */
void cni_attachments_done(struct cni_attachment_list *list);

CNI_DEFINE_CLEANUP(attachments, struct cni_attachment_list,
		   cni_attachments_done);

#endif /* CNI_SKEL_H */
