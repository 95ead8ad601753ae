/* SPDX-License-Identifier: Apache-2.0 */
/* requested.c - addresses that the runtime asks for */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cni/cleanup.h"
#include "cni/quote.h"

#include "requested.h"

/* "ip" or "ip/len"; the length is of no use here. */
static int parse_request(const char *text, struct cni_addr *ret_addr)
{
	struct cni_prefix prefix;
	int ret;

	if (!strchr(text, '/'))
		return cni_addr_parse(text, ret_addr);
	ret = cni_prefix_parse(text, &prefix);
	if (ret == 0)
		*ret_addr = cni_addr_unmap(&prefix.addr);
	return ret;
}

/* Room for @count more; never for none. */
static int reserve_room(struct hl_addrs *requested, size_t count,
			struct cni_error *reterr)
{
	struct cni_addr *items;

	items = realloc(requested->items,
			(requested->count + count + 1) * sizeof(*items));
	if (!items)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "requested addresses");
	requested->items = items;
	return 0;
}

static void add_once(struct hl_addrs *requested, const struct cni_addr *addr)
{
	for (size_t i = 0; i < requested->count; i++)
		if (cni_addr_equal(&requested->items[i], addr))
			return;
	requested->items[requested->count++] = *addr;
}

static int decode_cni_args(const char *text, struct hl_addrs *requested,
			   struct cni_error *reterr)
{
	CNI_CLEANUP(free) char *ip = NULL;
	const struct cni_arg known[] = { { "IP", &ip } };
	struct cni_addr addr;
	char pair[256];
	int ret;

	ret = cni_args_parse(text, known, 1, reterr);
	if (ret || !ip || !ip[0])
		return ret;
	if (parse_request(ip, &addr)) {
		char quoted[256] = "IP=";

		/* The pair as a whole is quoted. */
		(void)strncat(quoted, ip, sizeof(quoted) - 4);
		return cni_error_set(
			reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			"ARGS: error parsing value of pair %s: "
			"invalid IP address %s",
			cni_quote_string(pair, sizeof(pair), quoted), ip);
	}
	ret = reserve_room(requested, 1, reterr);
	if (ret == 0)
		add_once(requested, &addr);
	return ret;
}

static int decode_list(json_object *list, struct hl_addrs *requested,
		       struct cni_error *reterr)
{
	size_t count = list ? json_object_array_length(list) : 0;
	struct cni_addr addr;
	int ret;

	if (!count)
		return 0;
	ret = reserve_room(requested, count, reterr);
	for (size_t i = 0; i < count && ret == 0; i++) {
		json_object *item = json_object_array_get_idx(list, i);
		const char *text = cni_json_string(item);

		if (!text)
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL,
					     "\"ips\": entry %zu: must be a "
					     "string, not %s",
					     i, cni_json_type_name(item));
		if (!text[0])
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL,
					     "cannot understand ip: IP <nil> "
					     "not v4 nor v6");
		if (parse_request(text, &addr))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL, "invalid IP address %s",
					     text);
		add_once(requested, &addr);
	}
	return ret;
}

int hl_requested_decode(const struct hl_request_sources *sources,
			struct hl_addrs *requested, struct cni_error *reterr)
{
	int ret = decode_cni_args(sources->cni_args, requested, reterr);

	if (ret == 0)
		ret = decode_list(sources->args_ips, requested, reterr);
	if (ret == 0)
		ret = decode_list(sources->runtime_ips, requested, reterr);
	return ret;
}
