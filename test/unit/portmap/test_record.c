/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - records: written, cut, read back; and elements of mappings */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "json_text.h"
#include "nft_table.h"

static void assert_written_again(const char *text)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	assert_int_equal(portmap_record_parse(text, &record), 0);
	portmap_record_format(&record, &buf);
	assert_string_equal(cni_buf_text(&buf), text);
}

static void a_record_is_read_as_it_was_written(void **state)
{
	(void)state;
	assert_written_again("net=n id=i if=e");
	assert_written_again(
		"net=k8s id=7d3f if=eth0 dev=veth1a2b/17 ns=/run/netns/cni-1 "
		"ip=10.1.0.2/24 ip=fd00:1::2/64 snat masqall conditions "
		"local=cni0 tcp:8080>80 udp:[::1]:53>5353 tcp:0.0.0.0:1>2 "
		"sctp:10.0.0.5:9000-9099>9000 dccp:65535>65535");
	assert_written_again("net=n id=i if=e iptables mark=KUBE-MARK-MASQ "
			     "local=cni0 tcp:1>1");
	/* interface names may have anything but '/' and white space */
	assert_written_again("net=n id=i if=a%22b%25:c dev=x%25y/3");
}

static void runs_of_ports_are_joined(void **state)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	(void)state;
	assert_int_equal(portmap_record_parse("net=n id=i if=e tcp:1>1 "
					      "tcp:2>2 tcp:3>3 tcp:4>9 "
					      "udp:5>10 tcp:0.0.0.0:6>11",
					      &record),
			 0);
	assert_int_equal(record.mappings.count, 6);
	portmap_record_format(&record, &buf);
	assert_string_equal(cni_buf_text(&buf),
			    "net=n id=i if=e tcp:1-3>1 tcp:4>9 udp:5>10 "
			    "tcp:0.0.0.0:6>11");
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"net=n id=i",
		"net=n id=i if=e tcp:0>1",
		"net=n id=i if=e tcp:1>0",
		"net=n id=i if=e tcp:2-1>1",
		"net=n id=i if=e tcp:1-2>65535",
		"net=n id=i if=e tcp:65536>1",
		"net=n id=i if=e tcp:1>1x",
		"net=n id=i if=e tcp:1",
		"net=n id=i if=e icmp:1>1",
		"net=n id=i if=e tcp:[::1:1>1",
		"net=n id=i if=e tcp:[::1]1>1",
		"net=n id=i if=e tcp:1.2.3:1>1",
		"net=n id=i if=e ip=10.0.0.1",
		"net=n id=i if=e dev=veth",
		"net=n id=i if=e dev=veth0123456789abcdef/1",
		"net=n id=i if=e dev=veth/99999999999",
		"net=n id=i if=e local=veth0123456789abcdef",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CNI_CLEANUP(portmap_record)
		struct portmap_record record = { 0 };

		if (portmap_record_parse(bad[i], &record) != -EBADMSG)
			fail_msg("\"%s\" was accepted", bad[i]);
	}
}

static void a_long_record_is_cut_into_comments(void **state)
{
	CNI_CLEANUP(buf) struct cni_buf again = { 0 };
	char text[1001];
	char comment[CNI_OWNER_COMMENT_SIZE];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	text[sizeof(text) - 1] = '\0';
	count = portmap_piece_count(strlen(text));
	assert_int_equal(count, 9);
	for (size_t i = 0; i < count; i++) {
		const char *piece;
		size_t number;
		size_t of;

		portmap_piece_format(text, i, comment);
		piece = portmap_piece_parse(comment, &number, &of);
		assert_non_null(piece);
		assert_int_equal(number, i);
		assert_int_equal(of, count);
		cni_buf_add(&again, piece);
	}
	assert_string_equal(cni_buf_text(&again), text);
}

static void other_comments_are_no_pieces(void **state)
{
	static const char *const bad[] = { "",	   "1",	    "1/",	"1/2",
					   "0/1 ", "3/2 x", "1/65536 ", "a/1 ",
					   "1/1",  "-1/1 " };
	size_t number;
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(portmap_piece_parse(bad[i], &number, &count));
}

static void plan(const char *mappings, const char *v4, const char *v6,
		 struct portmap_plan *ret_plan)
{
	CNI_CLEANUP(mapping_list) struct portmap_mapping_list list = { 0 };
	struct portmap_target target = { 0 };
	json_object *json = parse_json(mappings);

	assert_int_equal(portmap_mappings_decode(json, &list, NULL), 0);
	json_object_put(json);
	if (v4)
		assert_int_equal(cni_prefix_parse(v4, &target.ipv4), 0);
	if (v6)
		assert_int_equal(cni_prefix_parse(v6, &target.ipv6), 0);
	assert_int_equal(portmap_plan_build(&list, &target, ret_plan), 0);
}

#define FIVE                                                            \
	"[{\"hostPort\":8080,\"containerPort\":80},"                    \
	"{\"hostPort\":53,\"containerPort\":5353,\"protocol\":\"udp\"," \
	"\"hostIP\":\"10.0.0.1\"},"                                     \
	"{\"hostPort\":1,\"containerPort\":2,\"hostIP\":\"0.0.0.0\"},"  \
	"{\"hostPort\":1,\"containerPort\":3,\"hostIP\":\"::\"},"       \
	"{\"hostPort\":1,\"containerPort\":4,\"hostIP\":\"fd00::1\"}]"

static void mappings_become_elements_of_four_maps(void **state)
{
	CNI_CLEANUP(portmap_plan) struct portmap_plan both = { 0 };
	CNI_CLEANUP(portmap_plan) struct portmap_plan v4 = { 0 };

	(void)state;
	plan(FIVE, "10.1.0.2/24", "fd00:1::2/64", &both);
	assert_int_equal(both.count, 6);
	assert_int_equal(both.first[PORTMAP_MAP_PORTS4], 0);
	assert_int_equal(both.first[PORTMAP_MAP_PORTS4_IP], 2);
	assert_int_equal(both.first[PORTMAP_MAP_PORTS6], 3);
	assert_int_equal(both.first[PORTMAP_MAP_PORTS6_IP], 5);
	assert_int_equal(both.first[PORTMAP_MAP_COUNT], 6);
	assert_memory_equal(both.items[0].key, "\6\0\0\0\x1f\x90\0\0", 8);
	assert_memory_equal(both.items[0].data, "\x0a\1\0\2\0\x50\0\0", 8);
	assert_memory_equal(both.items[2].key, "\x0a\0\0\1\x11\0\0\0\0\x35\0\0",
			    12);
	assert_int_equal(both.items[2].mapping, 1);
	assert_memory_equal(both.items[5].key,
			    "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\6\0\0\0\0\1",
			    22);
	assert_memory_equal(both.items[5].data,
			    "\xfd\0\0\1\0\0\0\0\0\0\0\0\0\0\0\2\0\4\0\0", 20);
	plan(FIVE, "10.1.0.2/24", NULL, &v4);
	assert_int_equal(v4.count, 3);
}

static void elements_are_read_as_mappings(void **state)
{
	CNI_CLEANUP(portmap_plan) struct portmap_plan both = { 0 };
	static const char *const expected[] = {
		"tcp 0.0.0.0:8080", "tcp 0.0.0.0:1", "udp 10.0.0.1:53",
		"tcp [::]:8080",    "tcp [::]:1",    "tcp [fd00::1]:1",
	};

	(void)state;
	plan(FIVE, "10.1.0.2/24", "fd00:1::2/64", &both);
	for (size_t i = 0; i < both.count; i++) {
		struct cni_nft_element element = { 0 };
		struct portmap_mapping mapping;
		struct cni_addr pod;
		char text[PORTMAP_MAPPING_STRLEN];

		memcpy(element.key, both.items[i].key, 24);
		memcpy(element.data, both.items[i].data, 20);
		portmap_entry_mapping(both.items[i].map, &element, &mapping,
				      &pod);
		assert_string_equal(portmap_mapping_format(&mapping, text),
				    expected[i]);
		assert_string_equal(cni_addr_format(&pod, text),
				    i < 3 ? "10.1.0.2" : "fd00:1::2");
	}
}

static void target(const char *text, struct portmap_target *ret_target,
		   struct cni_result *result)
{
	json_object *json = parse_json(text);

	assert_int_equal(cni_result_from_json(json, "1.0.0", result, NULL), 0);
	json_object_put(json);
	portmap_target_from_result(result, "eth0", ret_target);
}

static void the_pods_own_addresses_are_the_target(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct portmap_target found;
	char text[CNI_PREFIX_STRLEN];

	(void)state;
	target("{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"cni0\"},"
	       "{\"name\":\"veth1\"},{\"name\":\"eth0\",\"sandbox\":\"/x\"},"
	       "{\"name\":\"cni0.5\"}],"
	       "\"ips\":[{\"interface\":0,\"address\":\"10.9.0.1/24\"},"
	       "{\"interface\":2,\"address\":\"10.1.0.2/24\"},"
	       "{\"interface\":2,\"address\":\"10.1.0.3/24\"},"
	       "{\"interface\":7,\"address\":\"fd00::2/64\"}]}",
	       &found, &result);
	assert_string_equal(cni_prefix_format(&found.ipv4, text),
			    "10.1.0.2/24");
	assert_string_equal(cni_prefix_format(&found.ipv6, text), "fd00::2/64");
	assert_int_equal(found.host_if_count, 3);
	assert_string_equal(found.host_ifs[0], "veth1");
	assert_string_equal(found.host_ifs[1], "cni0");
}

static void a_result_without_addresses_is_no_target(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct portmap_target found;

	(void)state;
	target("{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"net1\","
	       "\"sandbox\":\"/x\"}],\"ips\":[{\"interface\":0,"
	       "\"address\":\"10.9.0.1/24\"}]}",
	       &found, &result);
	assert_true(portmap_target_is_empty(&found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_read_as_it_was_written),
		cmocka_unit_test(runs_of_ports_are_joined),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(a_long_record_is_cut_into_comments),
		cmocka_unit_test(other_comments_are_no_pieces),
		cmocka_unit_test(mappings_become_elements_of_four_maps),
		cmocka_unit_test(elements_are_read_as_mappings),
		cmocka_unit_test(the_pods_own_addresses_are_the_target),
		cmocka_unit_test(a_result_without_addresses_is_no_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
