/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - putting back what a flush of the host's rules has taken */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cni/cached.h"
#include "cni/file.h"
#include "cni/quote.h"
#include "cni/reload.h"

#include "json_members.h"
#include "reload_subject.h"

#define USAGE_ERROR 2

/*
 * A runtime that deletes an attachment has every plugin take back its part in
 * turn, the pod's interface last: much longer than that takes.
 */
#define SETTLE_S 1

/**
 * struct file - one file of the cache
 * @name: owned
 * @written: when
 * @applied: what was put back for it; owned; or NULL
 */
struct file {
	char *name;
	struct timespec written;
	struct reload_subject *applied;
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
	files[walk->count] = (struct file) { .name = strdup(name),
					     .written = status.st_mtim };
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

/* ---- one attachment ---- */

/*
 * Results outlive a reboot, and paths as well as process ids are used again:
 * an attachment lives when its namespace does and all interfaces that its
 * result has on the host.
 */
static bool is_gone(const struct walk *walk,
		    const struct reload_subject *subject)
{
	const struct cni_result *result = &subject->result;
	const char *netns = subject->call.args.netns;

	for (size_t i = 0; i < result->interface_count; i++) {
		const char *name = reload_text(result->interfaces[i].name);

		if (!reload_text(result->interfaces[i].sandbox)[0] && name[0] &&
		    if_nametoindex(name) == 0)
			return true;
	}
	return netns[0] && walk->reload->netns_is_gone(netns);
}

static bool is_deleted(const struct walk *walk,
		       const struct reload_subject *subject)
{
	struct stat status;

	return (fstatat(walk->dir, subject->file, &status,
			AT_SYMLINK_NOFOLLOW) < 0 &&
		errno == ENOENT) ||
	       is_gone(walk, subject);
}

/* Return: what was done; @reterr is filled unless it is "unchanged", "gone" */
static const char *restore(const struct walk *walk,
			   const struct reload_subject *subject,
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

static int report(struct walk *walk, struct reload_subject *subject,
		  const char *outcome, const struct cni_error *err)
{
	const struct cni_cached *cached = &subject->cached;
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
	subject->report = cni_json_members_finish(&members, false);
	return cni_json_append(walk->report, subject->report);
}

static int take_file(struct walk *walk, struct file *file,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(reload_subject) struct reload_subject *subject = NULL;
	struct cni_error err = { 0 };
	const char *outcome;
	int ret = reload_subject_read(walk->dir, file->name, walk->reload->type,
				      &subject, reterr);

	if (ret <= 0)
		return ret;
	outcome = restore(walk, subject, &err);
	ret = report(walk, subject, outcome, &err);
	if (ret < 0 || strcmp(outcome, "applied") != 0)
		return ret;
	file->applied = subject;
	subject = NULL;
	return 0;
}

/* ---- the option ---- */

static void take_files(struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->count; i++) {
		struct file *file = &walk->files[i];
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

/*
 * A DEL that was between two plugins has come to its end by now; what was put
 * back for its pod in that moment goes.
 */
static void settle(struct walk *walk)
{
	const struct timespec pause = { .tv_sec = SETTLE_S };
	bool waited = false;

	for (size_t i = 0; i < walk->count; i++) {
		const struct reload_subject *subject = walk->files[i].applied;
		struct cni_error err = { 0 };

		if (subject && !waited)
			(void)nanosleep(&pause, NULL);
		waited |= subject != NULL;
		if (!subject || !is_deleted(walk, subject))
			continue;
		(void)json_object_object_add(subject->report, "outcome",
					     json_object_new_string("gone"));
		if (walk->reload->del(&subject->call, &err) == 0)
			continue;
		cni_warn("%s --reload: %s: %s, ignoring", walk->reload->type,
			 subject->call.args.container_id, err.msg);
		walk->failed = true;
	}
}

static void walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		free(walk->files[i].name);
		reload_subject_free(&walk->files[i].applied);
	}
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
		settle(&walk);
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
