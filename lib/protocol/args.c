/* SPDX-License-Identifier: Apache-2.0 */
/* args.c - what the runtime passes in the environment */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <net/if.h>

#include "cni/args.h"

#define BIT(command) (1U << (command))

/* Verbs that concern one attachment. */
#define ATTACHMENT \
	(BIT(CNI_COMMAND_ADD) | BIT(CNI_COMMAND_CHECK) | BIT(CNI_COMMAND_DEL))

/**
 * struct variable - one environment variable and its rules
 * @name: its name
 * @offset: of its const char * in struct cni_args
 * @required: BIT()s of the commands that need it
 * @check: grammar, applied when it is required and not empty
 */
struct variable {
	const char *name;
	size_t offset;
	unsigned int required;
	int (*check)(const char *value, struct cni_error *reterr);
};

static const char *const command_texts[] = {
	[CNI_COMMAND_NONE] = "",	   [CNI_COMMAND_ADD] = "ADD",
	[CNI_COMMAND_CHECK] = "CHECK",	   [CNI_COMMAND_DEL] = "DEL",
	[CNI_COMMAND_GC] = "GC",	   [CNI_COMMAND_STATUS] = "STATUS",
	[CNI_COMMAND_VERSION] = "VERSION", [CNI_COMMAND_UNKNOWN] = "unknown",
};

static int check_container_id(const char *id, struct cni_error *reterr)
{
	int ret;

	if (cni_valid_id(id))
		return 0;
	ret = cni_error_set(reterr, CNI_CODE_INVALID_ENVIRONMENT, EINVAL,
			    "invalid characters in containerID");
	cni_error_details(reterr, "%s", id);
	return ret;
}

/*
 * In the order in which the Go plugins look: it decides which of several
 * errors is reported.  CNI_PATH is required even where nothing is delegated.
 */
static const struct variable variables[] = {
	{ "CNI_COMMAND", offsetof(struct cni_args, command_text), ~0U, NULL },
	{ "CNI_CONTAINERID", offsetof(struct cni_args, container_id),
	  ATTACHMENT, check_container_id },
	{ "CNI_NETNS", offsetof(struct cni_args, netns),
	  BIT(CNI_COMMAND_ADD) | BIT(CNI_COMMAND_CHECK), NULL },
	{ "CNI_IFNAME", offsetof(struct cni_args, ifname), ATTACHMENT,
	  cni_check_ifname },
	{ "CNI_ARGS", offsetof(struct cni_args, args), 0, NULL },
	{ "CNI_PATH", offsetof(struct cni_args, path),
	  ATTACHMENT | BIT(CNI_COMMAND_GC) | BIT(CNI_COMMAND_STATUS), NULL },
};

#define VARIABLE_COUNT (sizeof(variables) / sizeof(variables[0]))

const char *cni_command_text(enum cni_command command)
{
	assert(command <= CNI_COMMAND_UNKNOWN);
	return command_texts[command];
}

static enum cni_command command_lookup(const char *text)
{
	for (unsigned int i = CNI_COMMAND_NONE; i < CNI_COMMAND_UNKNOWN; i++) {
		if (strcmp(text, command_texts[i]) == 0)
			return (enum cni_command)i;
	}
	return CNI_COMMAND_UNKNOWN;
}

const char *cni_env(const char *name)
{
	size_t len = strlen(name);

	for (char **entry = environ; entry && *entry; entry++) {
		if ((*entry)[0] == name[0] && strncmp(*entry, name, len) == 0 &&
		    (*entry)[len] == '=')
			return *entry + len + 1;
	}
	return "";
}

/* ASCII only: the locale must not decide what is a letter. */
static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

bool cni_valid_id(const char *text)
{
	if (!is_alnum(text[0]))
		return false;
	for (const char *c = text + 1; *c; c++) {
		if (!is_alnum(*c) && *c != '_' && *c != '.' && *c != '-')
			return false;
	}
	return true;
}

static int bad_ifname(struct cni_error *reterr, const char *why)
{
	return cni_error_set(reterr, CNI_CODE_INVALID_ENVIRONMENT, EINVAL,
			     "interface name %s", why);
}

/* Unicode's White_Space in UTF-8, as Go's unicode.IsSpace() has it. */
static bool has_white_space(const char *text)
{
	static const char *const wide[] = {
		"\xc2\x85",	"\xc2\xa0",	"\xe1\x9a\x80", "\xe2\x80\x80",
		"\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
		"\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
		"\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	if (strpbrk(text, " \t\n\v\f\r"))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (strstr(text, wide[i]))
			return true;
	}
	return false;
}

int cni_check_ifname(const char *ifname, struct cni_error *reterr)
{
	int ret;

	if (!ifname[0])
		return bad_ifname(reterr, "is empty");
	if (strlen(ifname) >= IFNAMSIZ) {
		ret = bad_ifname(reterr, "is too long");
		cni_error_details(reterr,
				  "interface name should be less than %d "
				  "characters",
				  IFNAMSIZ);
		return ret;
	}
	if (strcmp(ifname, ".") == 0 || strcmp(ifname, "..") == 0)
		return bad_ifname(reterr, "is . or ..");
	if (strpbrk(ifname, "/:") || has_white_space(ifname))
		return bad_ifname(reterr,
				  "contains / or : or whitespace characters");
	return 0;
}

static const char *value_of(const struct cni_args *args,
			    const struct variable *variable)
{
	const char *value;

	memcpy(&value, (const char *)args + variable->offset, sizeof(value));
	return value;
}

static void read_environment(struct cni_args *args)
{
	const char *override = cni_env("CNI_NETNS_OVERRIDE");

	for (size_t i = 0; i < VARIABLE_COUNT; i++) {
		const char *value = cni_env(variables[i].name);

		memcpy((char *)args + variables[i].offset, &value,
		       sizeof(value));
	}
	args->command = command_lookup(args->command_text);
	args->netns_override = strcmp(override, "1") == 0 ||
			       strcasecmp(override, "true") == 0;
}

int cni_args_from_env(struct cni_args *ret_args, struct cni_error *reterr)
{
	unsigned int command;
	char missing[128] = "";
	size_t used = 0;

	read_environment(ret_args);
	command = BIT(ret_args->command);
	for (size_t i = 0; i < VARIABLE_COUNT; i++) {
		const struct variable *variable = &variables[i];
		const char *value = value_of(ret_args, variable);
		int ret;

		if (!(variable->required & command))
			continue;
		if (!value[0]) {
			used += (size_t)snprintf(missing + used,
						 sizeof(missing) - used, "%s%s",
						 used ? "," : "",
						 variable->name);
			continue;
		}
		ret = variable->check ? variable->check(value, reterr) : 0;
		if (ret)
			return ret;
	}
	if (!used)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_ENVIRONMENT, ENOENT,
			     "required env variables [%s] missing", missing);
}
