/* SPDX-License-Identifier: Apache-2.0 */
/* reload_subject.c - an attachment read from a runtime's file */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cni/file.h"
#include "reload_subject.h"

void reload_subject_free(struct reload_subject **subject)
{
	if (!*subject)
		return;
	cni_result_done(&(*subject)->result);
	json_object_put((*subject)->call.conf);
	cni_cached_done(&(*subject)->cached);
	free(*subject);
	*subject = NULL;
}

static int read_file(int dir, const char *name, struct cni_buf *text,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	int ret;

	fd = openat(dir, name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	ret = fd < 0 ? -errno : cni_read_all(fd, CNI_CACHED_MAX_BYTES, text);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret, "read");
	return 0;
}

/* Older versions of libcni do not write the namespace; the result has it. */
static const char *find_netns(const struct cni_cached *cached,
			      const struct cni_result *result)
{
	for (size_t i = 0; !cached->netns[0] && i < result->interface_count;
	     i++) {
		const struct cni_result_interface *item =
			&result->interfaces[i];

		if (strcmp(reload_text(item->name), cached->ifname) == 0 &&
		    reload_text(item->sandbox)[0])
			return item->sandbox;
	}
	return cached->netns;
}

static int fill_call(struct reload_subject *subject, struct cni_error *reterr)
{
	const struct cni_cached *cached = &subject->cached;
	struct cni_call *call = &subject->call;
	json_object *conf = call->conf;
	const char *version = cni_json_string(cni_json_get(conf, "cniVersion"));
	int ret;

	call->stdin_text = "";
	call->name = cached->network;
	call->cni_version = reload_text(version);
	ret = cni_version_lookup(call->cni_version, &call->version, reterr);
	if (ret == 0)
		ret = cni_result_prev(conf, call->cni_version, &subject->result,
				      reterr);
	if (ret < 0)
		return ret;
	call->args = (struct cni_args) {
		.command_text = "",
		.container_id = cached->container_id,
		.netns = find_netns(cached, &subject->result),
		.ifname = cached->ifname,
		.args = cached->cni_args,
		.path = "",
	};
	return 0;
}

/* A copy under another name would be taken for a second attachment. */
static int check_name(const struct cni_cached *cached, const char *name,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf want = { 0 };

	cni_buf_addf(&want, "%s-%s-%s", cached->network, cached->container_id,
		     cached->ifname);
	if (cni_buf_error(&want))
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "read");
	if (strcmp(cni_buf_text(&want), name) == 0)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "it is about another attachment, %s",
			     cni_buf_text(&want));
}

static int fill(int dir, const char *type, struct reload_subject *subject,
		struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_cached *cached = &subject->cached;
	int ret = read_file(dir, subject->file, &text, reterr);

	if (ret == 0)
		ret = cni_cached_parse(cni_buf_text(&text), text.len, cached,
				       reterr);
	if (ret == 0)
		ret = check_name(cached, subject->file, reterr);
	if (ret == 0)
		ret = cni_cached_conf(cached, type, &subject->call.conf,
				      reterr);
	if (ret <= 0)
		return ret;
	ret = fill_call(subject, reterr);
	return ret < 0 ? ret : 1;
}

int reload_subject_read(int dir, const char *name, const char *type,
			struct reload_subject **ret_subject,
			struct cni_error *reterr)
{
	struct reload_subject *subject = calloc(1, sizeof(*subject));
	int ret;

	if (!subject)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "read");
	subject->file = name;
	ret = fill(dir, type, subject, reterr);
	if (ret <= 0)
		reload_subject_free(&subject);
	*ret_subject = subject;
	return ret;
}
