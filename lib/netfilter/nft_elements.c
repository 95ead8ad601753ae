/* SPDX-License-Identifier: Apache-2.0 */
/* nft_elements.c - many elements at once, and elements that vanish */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cni/nft_elements.h"
#include "nft_internal.h"

/*
 * Elements asked for in one request.  Each comes as a message of its own, and
 * all of them have to fit into the socket's receive buffer (208 KiB).
 */
#define KEYS_PER_REQUEST 64

/* Polls for an element that has at most a tick to live. */
#define VANISH_STEP_US 500
#define VANISH_MAX_MS  100

struct some_elements {
	struct nft_elements to; /* first: nft_take_elements() gets this */
	cni_nft_element_cb cb;
	void *data;
	size_t seen;
};

static int count_element(const struct cni_nft_element *element, void *data)
{
	struct some_elements *some = data;

	if (!element)
		return 0;
	some->seen++;
	return some->cb(element, some->data);
}

/* Asks for some keys; the kernel stops at the first that is absent. */
static int get_some(struct cni_nft *nft, const struct cni_nft_set *set,
		    const uint8_t *keys, size_t count,
		    struct some_elements *some, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_nft_element wanted = { 0 };
	size_t list;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETSETELEM, 0, set->table->family);
	nft_put_set_name(&req, set);
	list = cni_nl_nest_begin(&req, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (size_t i = 0; i < count; i++) {
		memcpy(wanted.key, keys + i * set->key_len, set->key_len);
		nft_put_element(&req, set, &wanted, false);
	}
	cni_nl_nest_end(&req, list);
	some->to = (struct nft_elements) { .cb = count_element, .data = some };
	some->seen = 0;
	return nft_get(nft, &req, nft_take_elements, some, reterr);
}

int cni_nft_get_elements(struct cni_nft *nft, const struct cni_nft_set *set,
			 const uint8_t *keys, size_t count,
			 cni_nft_element_cb cb, void *data,
			 struct cni_error *reterr)
{
	struct some_elements some = { .cb = cb, .data = data };
	size_t done = 0;

	while (done < count) {
		size_t now = count - done;
		int ret;

		if (now > KEYS_PER_REQUEST)
			now = KEYS_PER_REQUEST;
		ret = get_some(nft, set, keys + done * set->key_len, now, &some,
			       reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret,
						"nf_tables elements of \"%s\"",
						set->name);
		done += some.seen;
		if (ret == 0)
			done++;
		else if (some.seen < now)
			break;
	}
	return 0;
}

int cni_nft_find_element(const struct cni_nft_set *set, cni_nft_element_cb cb,
			 void *data, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct nft_elements elements = { .cb = cb, .data = data };
	struct cni_error err;
	int ret;

	cni_nl_req_init(&req);
	ret = cni_nl_open(&nl, NETLINK_NETFILTER, reterr);
	if (ret < 0)
		return ret;
	nl.brief = true;
	nft_begin(&req, NFT_MSG_GETSETELEM, 0, set->table->family);
	nft_put_set_name(&req, set);
	ret = cni_nl_find(&nl, &req, nft_take_elements, &elements, &err);
	if (ret == -ENOENT)
		return 0;
	if (ret < 0 && reterr)
		*reterr = err;
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "search \"%s\"",
					set->name);
	return ret;
}

uint64_t cni_nft_shortest_ms(void)
{
	struct timespec tick = { 0 };
	uint64_t ns;

	/* This clock advances with the timer tick that drives expiry. */
	(void)clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	ns = (uint64_t)tick.tv_sec * 1000000000U + (uint64_t)tick.tv_nsec;
	return ns <= 1000000 ? 1 : (ns + 999999) / 1000000;
}

int cni_nft_stays(struct cni_nft *nft, const struct cni_nft_set *set,
		  const uint8_t *key, struct cni_error *reterr)
{
	struct cni_nft_element element = { 0 };
	int ret = cni_nft_get_element(nft, set, key, &element, reterr);

	return ret > 0 ? element.lifetime_ms == 0 : ret;
}

int cni_nft_vanish(struct cni_nft *nft, const struct cni_nft_set *set,
		   const uint8_t *key, struct cni_error *reterr)
{
	const struct timespec step = { .tv_nsec = VANISH_STEP_US * 1000L };
	int64_t deadline = cni_nl_now_ms() + VANISH_MAX_MS;
	struct cni_nft_element element;
	int ret;

	for (;;) {
		/*
		 * Before the look: on a busy machine much time can pass after
		 * it, in which the element vanishes.
		 */
		bool late = cni_nl_now_ms() > deadline;

		element.lifetime_ms = 0;
		ret = cni_nft_get_element(nft, set, key, &element, reterr);
		if (ret <= 0)
			return ret;
		if (!element.lifetime_ms || late)
			return -EOPNOTSUPP;
		(void)nanosleep(&step, NULL);
	}
}
