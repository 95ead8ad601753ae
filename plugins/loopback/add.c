/* SPDX-License-Identifier: Apache-2.0 */
/* add.c - ADD: set lo up, answer with its addresses or the prevResult */
#include <errno.h>
#include <sys/socket.h>

#include "cni/addr.h"

#include "verbs.h"

/* What the Go plugin reports; the kernel has no other address for lo. */
#define ZERO_MAC "00:00:00:00:00:00"

static int check_addresses(const struct cni_ifaddr_list *list,
			   struct cni_error *reterr)
{
	char text[CNI_ADDR_STRLEN];

	for (size_t i = 0; i < list->count; i++) {
		const struct cni_addr *addr = &list->items[i].prefix.addr;

		if (cni_addr_is_loopback(addr))
			continue;
		return cni_error_set(reterr, CNI_CODE_ADDRESS_CONFLICT,
				     EADDRNOTAVAIL,
				     "loopback interface found with "
				     "non-loopback address \"%s\"",
				     cni_addr_format(addr, text));
	}
	return 0;
}

/* The first address of a family, of which lo normally has just one. */
static int add_first(const struct cni_ifaddr_list *list, int family,
		     struct cni_result *result)
{
	for (size_t i = 0; i < list->count; i++) {
		struct cni_result_ip ip = {
			.interface = 0,
			.address = list->items[i].prefix,
		};

		if (ip.address.addr.family == family)
			return cni_result_add_ip(result, &ip);
	}
	return 0;
}

static int fill_result(const struct cni_call *call,
		       const struct cni_ifaddr_list *list,
		       struct cni_result *result, struct cni_error *reterr)
{
	int ret;

	ret = cni_result_add_interface(result, "lo", ZERO_MAC,
				       call->args.netns);
	if (ret >= 0)
		ret = add_first(list, AF_INET, result);
	if (ret >= 0)
		ret = add_first(list, AF_INET6, result);
	return ret < 0 ? cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
					 "make the result")
		       : 0;
}

static int set_up(const struct cni_call *call, struct cni_nl *nl,
		  const struct cni_link *lo, bool want_result,
		  struct cni_result *ret_result, struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	bool was_up = lo->flags & IFF_UP;
	int ret;

	if (!was_up) {
		ret = cni_link_set_flags(nl, lo->index, IFF_UP, IFF_UP, reterr);
		if (ret < 0)
			return ret;
	}
	/* The kernel gives lo its addresses when it goes up. */
	ret = cni_ifaddr_get(nl, lo->index, AF_UNSPEC, &list, reterr);
	if (!ret)
		ret = check_addresses(&list, reterr);
	if (!ret && want_result)
		ret = fill_result(call, &list, ret_result, reterr);
	if (ret && !was_up)
		(void)cni_link_set_flags(nl, lo->index, IFF_UP, 0, NULL);
	return ret;
}

int loopback_add(const struct cni_call *call, struct cni_result *ret_result,
		 struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct cni_link lo;
	bool has_prev;
	int ret;

	ret = cni_result_prev(call->conf, call->cni_version, ret_result,
			      reterr);
	if (ret && ret != -ENOENT)
		return cni_error_prefix(reterr, ret,
					"failed to parse prevResult");
	has_prev = ret == 0;
	ret = loopback_open(call->args.netns, &nl, &lo, reterr);
	if (ret)
		return ret;
	return set_up(call, &nl, &lo, !has_prev, ret_result, reterr);
}
