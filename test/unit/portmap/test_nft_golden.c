/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nft_golden.c - the messages that ADD and DEL send, to the byte
 *
 * What they send is compared with golden/nft-*.txt; CNI_GOLDEN_UPDATE=1 writes
 * these files.  In the kernel's place there are the functions below: a table
 * that exists or not, and the elements that were added.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "cmocka_env.h"

#include "batch_dump.h"
#include "cni/masquerade.h"
#include "cni/nft_elements.h"
#include "nft_backend.h"

/* ---- in place of the kernel ---- */

#define ELEMENTS_MAX 64

static struct {
	bool has_table;
	struct {
		const struct cni_nft_set *set;
		struct cni_nft_element element;
	} elements[ELEMENTS_MAX];
	size_t count;
	struct cni_buf sent;
} kernel;

int __wrap_cni_nft_generation(struct cni_nft *nft, uint32_t *ret_generation,
			      struct cni_error *reterr);
int __wrap_cni_nft_get_chain(struct cni_nft *nft,
			     const struct cni_nft_table *table,
			     const char *name,
			     struct cni_nft_chain_info *ret_chain,
			     struct cni_error *reterr);
void __real_cni_nft_add_element(struct cni_nft_batch *batch,
				const struct cni_nft_set *set,
				const struct cni_nft_element *element,
				bool exclusive);
void __wrap_cni_nft_add_element(struct cni_nft_batch *batch,
				const struct cni_nft_set *set,
				const struct cni_nft_element *element,
				bool exclusive);
int __wrap_cni_nft_get_elements(struct cni_nft *nft,
				const struct cni_nft_set *set,
				const uint8_t *keys, size_t count,
				cni_nft_element_cb cb, void *data,
				struct cni_error *reterr);
int __wrap_cni_nft_get_element(struct cni_nft *nft,
			       const struct cni_nft_set *set,
			       const uint8_t *key,
			       struct cni_nft_element *ret_element,
			       struct cni_error *reterr);
uint64_t __wrap_cni_nft_shortest_ms(void);
int __wrap_cni_nft_batch_send(struct cni_nft *nft, struct cni_nft_batch *batch,
			      struct cni_error *reterr);
int __wrap_cni_nl_talk(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		       void *data, struct cni_error *reterr);
int __wrap_cni_nl_dump(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		       void *data, struct cni_error *reterr);

int __wrap_cni_nft_generation(struct cni_nft *nft, uint32_t *ret_generation,
			      struct cni_error *reterr)
{
	(void)nft;
	(void)reterr;
	*ret_generation = 0x01020304;
	return 0;
}

/* Each chain has a rule. */
int __wrap_cni_nft_get_chain(struct cni_nft *nft,
			     const struct cni_nft_table *table,
			     const char *name,
			     struct cni_nft_chain_info *ret_chain,
			     struct cni_error *reterr)
{
	(void)nft;
	(void)table;
	(void)name;
	(void)reterr;
	if (kernel.has_table && ret_chain)
		ret_chain->use = 1;
	return kernel.has_table;
}

void __wrap_cni_nft_add_element(struct cni_nft_batch *batch,
				const struct cni_nft_set *set,
				const struct cni_nft_element *element,
				bool exclusive)
{
	if (exclusive) {
		assert_in_range(kernel.count, 0, ELEMENTS_MAX - 1);
		kernel.elements[kernel.count].set = set;
		kernel.elements[kernel.count++].element = *element;
	}
	__real_cni_nft_add_element(batch, set, element, exclusive);
}

static const struct cni_nft_element *find(const struct cni_nft_set *set,
					  const uint8_t *key)
{
	for (size_t i = 0; i < kernel.count; i++)
		if (kernel.elements[i].set == set &&
		    memcmp(kernel.elements[i].element.key, key, set->key_len) ==
			    0)
			return &kernel.elements[i].element;
	return NULL;
}

int __wrap_cni_nft_get_elements(struct cni_nft *nft,
				const struct cni_nft_set *set,
				const uint8_t *keys, size_t count,
				cni_nft_element_cb cb, void *data,
				struct cni_error *reterr)
{
	int ret = 0;

	(void)nft;
	(void)reterr;
	for (size_t i = 0; i < count && ret == 0; i++) {
		const struct cni_nft_element *found =
			find(set, keys + i * set->key_len);

		if (found)
			ret = cb(found, data);
	}
	return ret;
}

int __wrap_cni_nft_get_element(struct cni_nft *nft,
			       const struct cni_nft_set *set,
			       const uint8_t *key,
			       struct cni_nft_element *ret_element,
			       struct cni_error *reterr)
{
	const struct cni_nft_element *found = find(set, key);

	(void)nft;
	(void)reterr;
	if (found)
		*ret_element = *found;
	return found != NULL;
}

uint64_t __wrap_cni_nft_shortest_ms(void)
{
	return 4;
}

int __wrap_cni_nft_batch_send(struct cni_nft *nft, struct cni_nft_batch *batch,
			      struct cni_error *reterr)
{
	(void)nft;
	(void)reterr;
	dump_batch(batch, &kernel.sent);
	return 0;
}

/* Nothing else is there. */
int __wrap_cni_nl_talk(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		       void *data, struct cni_error *reterr)
{
	(void)nl;
	(void)req;
	(void)cb;
	(void)data;
	return cni_error_set(reterr, CNI_CODE_INTERNAL, ENOENT, "not there");
}

int __wrap_cni_nl_dump(struct cni_nl *nl, struct cni_nl_req *req, cni_nl_cb cb,
		       void *data, struct cni_error *reterr)
{
	return __wrap_cni_nl_talk(nl, req, cb, data, reterr);
}

static int reset(void **state)
{
	(void)state;
	cni_buf_done(&kernel.sent);
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

/* ---- what is published ---- */

static const struct cni_owner owner = { "net", "c1", "eth0" };

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix value;

	assert_int_equal(cni_prefix_parse(text, &value), 0);
	return value;
}

static const char mappings[] =
	"{\"runtimeConfig\":{\"portMappings\":["
	"{\"hostPort\":8080,\"containerPort\":80},"
	"{\"hostPort\":53,\"containerPort\":5353,\"protocol\":\"udp\","
	"\"hostIP\":\"192.0.2.1\"},"
	"{\"hostPort\":443,\"containerPort\":8443,\"hostIP\":\"2001:db8::1\"}]"
	"}%s}";

/* ADD of these mappings with further keys; what was sent is in kernel.sent. */
static void add(const char *keys, const char *localnet)
{
	CNI_CLEANUP(portmap_publication) struct portmap_publication pub = { 0 };
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	const struct portmap_target target = {
		.ipv4 = prefix("10.1.0.2/24"),
		.ipv6 = prefix("fd00:1::2/64"),
	};
	CNI_CLEANUP(json) json_object *json = NULL;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_nft nft = { 0 };
	struct cni_error err = { 0 };

	cni_buf_addf(&text, mappings, keys);
	assert_int_equal(cni_json_parse(text.data, text.len, &json, &err), 0);
	assert_int_equal(portmap_conf_decode(json, &conf, &err), 0);
	assert_int_equal(portmap_publication_build(&conf, &owner,
						   "/run/netns/c1", &target,
						   &pub, &err),
			 0);
	memcpy(pub.record.localnet, localnet, strlen(localnet) + 1);
	if (portmap_nft_add(&nft, &pub, &err) < 0)
		fail_msg("%s", err.msg);
}

static void del(void)
{
	CNI_CLEANUP(portmap_leaving) struct portmap_leaving leaving = { 0 };
	uint8_t key[CNI_OWNER_KEY];
	struct cni_nft nft = { 0 };

	cni_buf_done(&kernel.sent);
	cni_owner_key(&owner, key);
	assert_int_equal(portmap_nft_del(&nft, key, &leaving, NULL), 0);
	assert_true(leaving.found);
}

static void the_first_add_makes_the_table(void **state)
{
	(void)state;
	add("", "cni-golden0");
	assert_golden("nft-portmap-add-first.txt", cni_buf_text(&kernel.sent));
}

static void a_further_add_adds_elements_only(void **state)
{
	(void)state;
	kernel.has_table = true;
	add("", "cni-golden0");
	assert_golden("nft-portmap-add.txt", cni_buf_text(&kernel.sent));
}

static void masq_all_has_a_set_of_its_own(void **state)
{
	(void)state;
	kernel.has_table = true;
	add(",\"masqAll\":true", "");
	assert_golden("nft-portmap-add-masqall.txt",
		      cni_buf_text(&kernel.sent));
}

static void iptables_claims_its_ports(void **state)
{
	(void)state;
	kernel.has_table = true;
	add(",\"backend\":\"iptables\"", "");
	assert_golden("nft-portmap-add-iptables.txt",
		      cni_buf_text(&kernel.sent));
	del();
	assert_golden("nft-portmap-del-iptables.txt",
		      cni_buf_text(&kernel.sent));
}

static void a_del_lets_elements_expire(void **state)
{
	(void)state;
	kernel.has_table = true;
	add("", "cni-golden0");
	del();
	assert_golden("nft-portmap-del.txt", cni_buf_text(&kernel.sent));
}

static void a_repeated_add_replaces(void **state)
{
	(void)state;
	kernel.has_table = true;
	add("", "cni-golden0");
	cni_buf_done(&kernel.sent);
	add("", "cni-golden0");
	assert_golden("nft-portmap-add-again.txt", cni_buf_text(&kernel.sent));
}

static void masquerading_is_a_set_per_policy(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00:1::2/64") };
	const struct cni_prefix excludes[] = { prefix("192.168.0.0/16") };
	const struct cni_masquerade_spec spec = {
		.backend = CNI_MASQUERADE_NFTABLES,
		.addresses = addresses,
		.address_count = 2,
		.excludes = excludes,
		.exclude_count = 1,
		.ipv4 = true,
		.ipv6 = true,
		.random = true,
		.drop_invalid = true,
	};
	struct cni_nft nft = { 0 };
	struct cni_error err = { 0 };

	(void)state;
	if (cni_masquerade_add(&nft, &owner, &spec, &err) < 0)
		fail_msg("%s", err.msg);
	assert_golden("nft-masquerade-add.txt", cni_buf_text(&kernel.sent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_add_makes_the_table, reset),
		cmocka_unit_test_setup(a_further_add_adds_elements_only, reset),
		cmocka_unit_test_setup(masq_all_has_a_set_of_its_own, reset),
		cmocka_unit_test_setup(iptables_claims_its_ports, reset),
		cmocka_unit_test_setup(a_del_lets_elements_expire, reset),
		cmocka_unit_test_setup(a_repeated_add_replaces, reset),
		cmocka_unit_test_setup(masquerading_is_a_set_per_policy, reset),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	cni_buf_done(&kernel.sent);
	return failed;
}
