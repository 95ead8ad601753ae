/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h - run the test plugin in a directory of its own */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "run.h"

#define PLUGIN CNI_BIN_DIR "/../test/test-plugin"
#define NETNS  "/dev/null"

/*
 * struct fixture - a directory and what the plugin did in it
 * @dir: temporary directory
 * @result: of the last run
 * @trace: verbs that ran in it
 */
struct fixture {
	char *dir;
	struct run_result result;
	char *trace;
};

static inline void fixture_done(struct fixture *fixture)
{
	run_result_done(&fixture->result);
	free(fixture->trace);
	temp_dir_remove(fixture->dir);
}

/*
 * run_verb() - run the plugin with a configuration made for the test
 * @command: the verb
 * @netns: CNI_NETNS
 * @members: further members of the configuration, each ended by a comma
 * @test: members of its "test" object
 * @output: where stdout goes, NULL to keep it
 * @env: one more variable, or NULL
 */
static inline struct fixture run_verb(const char *command, const char *netns,
				      const char *members, const char *test,
				      const char *output, const char *env)
{
	struct fixture fixture = { .dir = temp_dir_new() };
	char conf[2048];
	char vars[2][128];
	const char *const list[] = { vars[0],
				     vars[1],
				     "CNI_CONTAINERID=c1",
				     "CNI_IFNAME=eth0",
				     "CNI_PATH=/bin",
				     env,
				     NULL };
	const struct run run = { .path = PLUGIN,
				 .env = list,
				 .input = conf,
				 .output_path = output };

	(void)snprintf(vars[0], sizeof(vars[0]), "CNI_COMMAND=%s", command);
	(void)snprintf(vars[1], sizeof(vars[1]), "CNI_NETNS=%s", netns);
	(void)snprintf(conf, sizeof(conf),
		       "{\"name\":\"net\",%s\"test\":{%s\"trace\":"
		       "\"%s/trace\"}}",
		       members, test, fixture.dir);
	run_program(&run, &fixture.result);
	fixture.trace = read_text(fixture.dir, "trace");
	return fixture;
}

#endif /* FIXTURE_H */
