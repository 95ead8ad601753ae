/* SPDX-License-Identifier: Apache-2.0 */
/* resolv_conf.c - the file whose DNS settings go into the result */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cni/file.h"

#include "resolv_conf.h"

#define FILE_MAX (1024 * 1024)

/* Source: Go bufio.MaxScanTokenSize. */
#define LINE_MAX_LEN (64 * 1024)

#define BLANKS " \t\v\f\r"

/* Appends all further words of the line, or only the first. */
static int add_words(struct cni_string_list *list, char **next, bool all)
{
	char *word;
	int ret = 0;

	while (ret == 0 && (word = strtok_r(NULL, BLANKS, next))) {
		ret = cni_string_list_add(list, word);
		if (!all)
			break;
	}
	return ret;
}

static int parse_line(char *line, struct cni_dns *dns)
{
	char *next = NULL;
	char *keyword = strtok_r(line, BLANKS, &next);

	if (!keyword || keyword[0] == '#' || keyword[0] == ';')
		return 0;
	if (strcmp(keyword, "nameserver") == 0)
		return add_words(&dns->nameservers, &next, false);
	if (strcmp(keyword, "search") == 0)
		return add_words(&dns->search, &next, true);
	if (strcmp(keyword, "options") == 0)
		return add_words(&dns->options, &next, true);
	if (strcmp(keyword, "domain") == 0) {
		char *domain = strtok_r(NULL, BLANKS, &next);

		return domain ? cni_result_set_string(&dns->domain, domain) : 0;
	}
	return 0;
}

int hl_resolv_conf_parse(char *text, struct cni_dns *ret_dns,
			 struct cni_error *reterr)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (strlen(line) >= LINE_MAX_LEN)
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL,
					     "bufio.Scanner: token too long");
		if (parse_line(line, ret_dns))
			return cni_error_errno(reterr, CNI_CODE_INTERNAL,
					       ENOMEM, "resolv.conf");
	}
	return 0;
}

int hl_resolv_conf_read(const char *path, struct cni_dns *ret_dns,
			struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(fd) int fd = -1;
	int ret;

	/* A FIFO in its place must not hang the plugin. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return cni_error_errno(reterr, CNI_CODE_IO, errno, "open %s",
				       path);
	ret = cni_read_all(fd, FILE_MAX, &text);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret, "read %s",
				       path);
	if (!text.len)
		return 0;
	ret = hl_resolv_conf_parse(text.data, ret_dns, reterr);
	return ret ? cni_error_prefix(reterr, ret, "%s", path) : 0;
}
