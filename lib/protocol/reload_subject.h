/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload_subject.h - an attachment read from a runtime's file
 */
#ifndef LIB_RELOAD_SUBJECT_H
#define LIB_RELOAD_SUBJECT_H

#include "cni/cached.h"
#include "cni/skel.h"

/**
 * struct reload_subject - an attachment at work; owns everything but the name
 * @file: name of its file; borrowed
 * @cached: what is in it
 * @call: as a verb sees it
 * @result: its result
 * @report: what was reported; of the report
 */
struct reload_subject {
	const char *file;
	struct cni_cached cached;
	struct cni_call call;
	struct cni_result result;
	json_object *report;
};

/** reload_subject_free() - free it; the pointer is NULL afterwards */
void reload_subject_free(struct reload_subject **subject);

CNI_DEFINE_CLEANUP(reload_subject, struct reload_subject *,
		   reload_subject_free);

/**
 * reload_subject_read() - read a file
 * @dir: the directory, open
 * @name: of the file
 * @type: the plugin's type
 * @ret_subject: free with reload_subject_free()
 * @reterr: what is wrong with it
 *
 * Return: 1; 0 when the plugin has no part in it; a negative errno.
 */
int reload_subject_read(int dir, const char *name, const char *type,
			struct reload_subject **ret_subject,
			struct cni_error *reterr);

/** reload_text() - the string, or "" */
static inline const char *reload_text(const char *text)
{
	return text ? text : "";
}

#endif /* LIB_RELOAD_SUBJECT_H */
