/* SPDX-License-Identifier: Apache-2.0 */
/* skel_help.c - run by hand: who am I, --help, --version */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "skel_internal.h"

/* Exit status for a command line that cannot be understood. */
#define USAGE_ERROR 2

static void print_identity(const struct cni_plugin *plugin, FILE *stream)
{
	(void)fprintf(stream,
		      "CNI %s plugin v" CNI_FULL_VERSION "\n"
		      "CNI protocol versions supported: %s\n",
		      plugin->name, CNI_VERSION_LIST);
}

static const char common_keys[] =
	"Keys of every plugin:\n"
	"  cniVersion        string: 0.1.0 to 1.1.0; the shape of the result\n"
	"  name              string: the network's name, required\n"
	"  logFile           absolute path [none]: log to this file instead "
	"of\n"
	"                    stderr; implies logLevel \"info\"\n"
	"  logLevel          \"off\", \"error\", \"info\", \"debug\" "
	"[\"off\"]: "
	"one line\n"
	"                    per verb, with \"debug\" per step\n"
	"\n";

static const char environment[] =
	"Environment:\n"
	"  CNI_COMMAND       ADD, CHECK, DEL, GC, STATUS or VERSION\n"
	"  CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_ARGS, CNI_PATH\n"
	"                    as the CNI specification says\n"
	"  CNI_LOG_LEVEL     as logLevel, which it goes before\n"
	"\n"
	"Exit status:\n"
	"  0                 done\n"
	"  1                 not done: an error object is on stdout; by hand, "
	"the\n"
	"                    reason is on stderr\n"
	"  2                 the command line cannot be understood\n"
	"\n";

static void print_help(const struct cni_plugin *plugin)
{
	const char *name = plugin->name;

	(void)printf("%s - %s\n\n", name,
		     plugin->summary ? plugin->summary : "CNI plugin");
	(void)printf(
		"Usage:\n"
		"  %s                      say which version this is\n"
		"  %s --check-config FILE  validate a plugin configuration "
		"or a list of them\n"
		"  %s --help | --version\n%s\n",
		name, name, name, plugin->usage ? plugin->usage : "");
	(void)printf("Container runtimes run it with CNI_COMMAND (ADD, CHECK, "
		     "DEL, GC, STATUS or\nVERSION) and the other CNI_* "
		     "variables in the environment, and the network\n"
		     "configuration on stdin.\n\n");
	(void)printf("%s%s%s", plugin->help ? plugin->help : "",
		     plugin->help ? "\n" : "", common_keys);
	(void)printf("Files:\n%s\n",
		     plugin->files ? plugin->files : "  none\n");
	(void)printf("%s", environment);
	print_identity(plugin, stdout);
}

static int flushed(FILE *stream)
{
	return fflush(stream) == 0 ? 0 : 1;
}

static int run_option(const struct cni_plugin *plugin, int argc, char **argv)
{
	int status;

	if (plugin->option) {
		status = plugin->option(argc, argv);
		if (status != -ENOENT)
			return status;
	}
	(void)fprintf(stderr, "%s: unknown option \"%s\"%s, try --help\n",
		      plugin->name, argv[1],
		      argc > 2 ? " or wrong arguments" : "");
	return USAGE_ERROR;
}

int cni_skel_by_hand(const struct cni_plugin *plugin, int argc, char **argv)
{
	if (argc < 2) {
		print_identity(plugin, stderr);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		print_identity(plugin, stdout);
		return flushed(stdout);
	}
	if (argc == 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help(plugin);
		return flushed(stdout);
	}
	if (argc == 3 && strcmp(argv[1], "--check-config") == 0)
		return cni_skel_check_config(plugin, argv[2]);
	if (strcmp(argv[1], "--check-config") == 0) {
		(void)fprintf(stderr, "%s: --check-config needs one FILE\n",
			      plugin->name);
		return USAGE_ERROR;
	}
	return run_option(plugin, argc, argv);
}
