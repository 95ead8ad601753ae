/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - putting back what a flush of the host's rules has taken */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>

#include "cni/cached.h"
#include "cni/file.h"
#include "cni/quote.h"
#include "cni/reload.h"

#include "json_members.h"

#define USAGE_ERROR 2

/**
 * struct file - one file of the cache
 * @name: owned
 * @written: when
 */
struct file {
	char *name;
	struct timespec written;
};

/**
 * struct walk - one run over the cache
 * @reload: the plugin's part
 * @dir: the directory, open
 * @files: oldest first; owned
 * @count: how many
 * @report: what was done; owned
 * @failed: something was not put back
 */
struct walk {
	const struct cni_reload *reload;
	int dir;
	struct file *files;
	size_t count;
	json_object *report;
	bool failed;
};

/**
 * struct subject - an attachment at work
 * @file: where it is from
 * @call: as a verb sees it
 * @result: its result
 */
struct subject {
	const struct file *file;
	struct cni_call call;
	struct cni_result result;
};

/* ---- the directory ---- */

static int older(const void *one, const void *other)
{
	const struct file *first = one;
	const struct file *second = other;
	const struct timespec *a = &first->written;
	const struct timespec *b = &second->written;

	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	if (a->tv_nsec != b->tv_nsec)
		return a->tv_nsec < b->tv_nsec ? -1 : 1;
	return strcmp(first->name, second->name);
}

static int add_file(struct walk *walk, const char *name)
{
	struct file *files;
	struct stat status;

	/* Links lead elsewhere: nothing that a runtime wrote. */
	if (fstatat(walk->dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(status.st_mode))
		return 0;
	files = reallocarray(walk->files, walk->count + 1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	walk->files = files;
	files[walk->count].name = strdup(name);
	files[walk->count].written = status.st_mtim;
	return files[walk->count++].name ? 0 : -ENOMEM;
}

static int list_files(struct walk *walk)
{
	const struct dirent *entry;
	CNI_CLEANUP(fd) int copy = fcntl(walk->dir, F_DUPFD_CLOEXEC, 3);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	int ret = 0;

	if (!stream)
		return -errno;
	copy = -1;
	while (ret == 0 && (entry = readdir(stream))) {
		if (entry->d_name[0] != '.')
			ret = add_file(walk, entry->d_name);
	}
	(void)closedir(stream);
	if (ret == 0 && walk->count > 1)
		qsort(walk->files, walk->count, sizeof(*walk->files), older);
	return ret;
}

static int read_file(const struct walk *walk, const char *name,
		     struct cni_buf *text, struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	int ret;

	fd = openat(walk->dir, name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	ret = fd < 0 ? -errno : cni_read_all(fd, CNI_CACHED_MAX_BYTES, text);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret, "read");
	return 0;
}

/* ---- one attachment ---- */

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/*
 * Results outlive a reboot, and paths as well as process ids are used again:
 * an attachment lives when its namespace does and all interfaces that its
 * result has on the host.
 */
static bool is_gone(const struct walk *walk, const struct subject *subject)
{
	const struct cni_result *result = &subject->result;
	const char *netns = subject->call.args.netns;

	for (size_t i = 0; i < result->interface_count; i++) {
		const char *name = text_or_empty(result->interfaces[i].name);

		if (!text_or_empty(result->interfaces[i].sandbox)[0] &&
		    name[0] && if_nametoindex(name) == 0)
			return true;
	}
	return netns[0] && walk->reload->netns_is_gone(netns);
}

static bool is_deleted(const struct walk *walk, const struct subject *subject)
{
	struct stat status;

	return (fstatat(walk->dir, subject->file->name, &status,
			AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT) ||
	       is_gone(walk, subject);
}

/* Return: what was done; @reterr is filled unless it is "unchanged", "gone" */
static const char *restore(const struct walk *walk,
			   const struct subject *subject,
			   struct cni_error *reterr)
{
	const struct cni_reload *reload = walk->reload;
	const struct cni_call *call = &subject->call;
	struct cni_error missing = { 0 };

	if (is_gone(walk, subject))
		return "gone";
	if (reload->check(call, &missing) == 0)
		return "unchanged";
	if (reload->add(call, reterr) < 0)
		return "failed";
	if (is_deleted(walk, subject))
		return reload->del(call, reterr) < 0 ? "failed" : "gone";
	*reterr = missing;
	return "applied";
}

static int report(struct walk *walk, const struct cni_cached *cached,
		  const char *outcome, const struct cni_error *err)
{
	struct cni_json_members members = { 0 };

	cni_json_put_string(&members, "network", cached->network);
	cni_json_put_string(&members, "containerID", cached->container_id);
	cni_json_put_string(&members, "ifname", cached->ifname);
	cni_json_put_string(&members, "outcome", outcome);
	cni_json_put_text(&members, "reason", err->msg);
	cni_json_put_text(&members, "details", err->details);
	if (strcmp(outcome, "failed") == 0) {
		cni_json_put_int(&members, "code", err->code);
		walk->failed = true;
	}
	return cni_json_append(walk->report,
			       cni_json_members_finish(&members, false));
}

/* Older versions of libcni do not write the namespace; the result has it. */
static const char *find_netns(const struct cni_cached *cached,
			      const struct cni_result *result)
{
	for (size_t i = 0; !cached->netns[0] && i < result->interface_count;
	     i++) {
		const struct cni_result_interface *item =
			&result->interfaces[i];

		if (strcmp(text_or_empty(item->name), cached->ifname) == 0 &&
		    text_or_empty(item->sandbox)[0])
			return item->sandbox;
	}
	return cached->netns;
}

static int fill_call(const struct cni_cached *cached, json_object *conf,
		     struct subject *subject, struct cni_error *reterr)
{
	const char *version = cni_json_string(cni_json_get(conf, "cniVersion"));
	struct cni_call *call = &subject->call;
	int ret;

	call->conf = conf;
	call->stdin_text = "";
	call->name = cached->network;
	call->cni_version = text_or_empty(version);
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

static int take_file(struct walk *walk, const struct file *file,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(cached) struct cni_cached cached = { 0 };
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct subject subject = { .file = file };
	struct cni_error err = { 0 };
	const char *outcome;
	int ret;

	ret = read_file(walk, file->name, &text, reterr);
	if (ret == 0)
		ret = cni_cached_parse(cni_buf_text(&text), text.len, &cached,
				       reterr);
	if (ret == 0)
		ret = check_name(&cached, file->name, reterr);
	if (ret == 0)
		ret = cni_cached_conf(&cached, walk->reload->type, &conf,
				      reterr);
	if (ret <= 0)
		return ret;
	ret = fill_call(&cached, conf, &subject, reterr);
	if (ret == 0) {
		outcome = restore(walk, &subject, &err);
		ret = report(walk, &cached, outcome, &err);
	}
	cni_result_done(&subject.result);
	return ret;
}

/* ---- the option ---- */

static void take_files(struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->count; i++) {
		const struct file *file = &walk->files[i];
		struct cni_error err = { 0 };
		char quoted[300];

		if (take_file(walk, file, &err) == 0)
			continue;
		walk->failed = true;
		cni_warn("%s --reload: %s/%s: %s%s%s, ignoring",
			 walk->reload->type, path,
			 cni_quote_string(quoted, sizeof(quoted), file->name),
			 err.msg, err.details[0] ? ": " : "", err.details);
	}
}

static void walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		free(walk->files[i].name);
	free(walk->files);
	json_object_put(walk->report);
	if (walk->dir >= 0)
		(void)close(walk->dir);
}

/* @path: NULL for the default, which need not exist. */
static int reload_all(const struct cni_reload *reload, const char *path)
{
	const char *dir = path ? path : CNI_CACHED_DIR;
	struct walk walk = { .reload = reload,
			     .report = json_object_new_array() };
	int ret;

	walk.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = walk.dir < 0 ? -errno : list_files(&walk);
	if (ret == -ENOENT && !path)
		ret = 0;
	if (ret == 0 && !walk.report)
		ret = -ENOMEM;
	if (ret == 0) {
		take_files(&walk, dir);
		ret = cni_json_write(STDOUT_FILENO, walk.report);
	}
	if (ret < 0)
		cni_warn("%s --reload: %s: %s", reload->type, dir,
			 strerror(-ret));
	walk_done(&walk);
	return ret < 0 || walk.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cni_reload_option(const struct cni_reload *reload, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--reload") != 0)
		return -ENOENT;
	if (argc == 2)
		return reload_all(reload, NULL);
	if (argc == 4 && strcmp(argv[2], "--cache-dir") == 0)
		return reload_all(reload, argv[3]);
	cni_warn("usage: %s --reload [--cache-dir DIR]", reload->type);
	return USAGE_ERROR;
}
