/* SPDX-License-Identifier: Apache-2.0 */
/* test_conf.c - every key of the bridge configuration */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "conf.h"
#include "table.h"

struct fixture {
	struct cni_call call;
	struct bridge_conf conf;
	json_object *json;
};

static int decode(struct fixture *fixture, const char *text, const char *args,
		  struct cni_error *err)
{
	*fixture = (struct fixture) { 0 };
	fixture->json = json_tokener_parse(text);
	assert_non_null(fixture->json);
	fixture->call.conf = fixture->json;
	fixture->call.name = "net";
	fixture->call.args.args = args;
	return bridge_conf_decode(&fixture->call, &fixture->conf, err);
}

static void done(struct fixture *fixture)
{
	bridge_conf_done(&fixture->conf);
	json_object_put(fixture->json);
}

static void an_empty_config_has_the_defaults(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{}", "", NULL), 0);
	assert_string_equal(f.conf.bridge, "cni0");
	assert_false(bridge_conf_is_layer3(&f.conf));
	assert_false(bridge_conf_wants_vlans(&f.conf));
	assert_false(f.conf.is_gateway || f.conf.is_default_gateway ||
		     f.conf.force_address || f.conf.hairpin_mode ||
		     f.conf.promisc_mode || f.conf.preserve_default_vlan ||
		     f.conf.mac_spoof_check || f.conf.enable_dad ||
		     f.conf.disable_container_interface ||
		     f.conf.port_isolation || f.conf.forward_accept ||
		     f.conf.auto_remove);
	assert_int_equal(f.conf.masq, 0);
	assert_int_equal(f.conf.masq_backend, CNI_MASQUERADE_AUTO);
	assert_true(f.conf.masq_random && f.conf.masq_drop_invalid);
	assert_int_equal(f.conf.isolation, CNI_ISOLATION_NONE);
	assert_int_equal(f.conf.mtu, 0);
	assert_int_equal(f.conf.vlan, 0);
	assert_false(cni_mac_is_set(&f.conf.mac));
	done(&f);
}

static void null_leaves_every_default(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(
		decode(&f,
		       "{\"bridge\":null,\"ipam\":null,\"mtu\":null,"
		       "\"vlanTrunk\":null,\"ipMasq\":null,\"dns\":null,"
		       "\"ipMasqBackend\":null,\"args\":null,"
		       "\"isolation\":null,\"runtimeConfig\":null}",
		       "", NULL),
		0);
	assert_string_equal(f.conf.bridge, "cni0");
	assert_false(bridge_conf_wants_vlans(&f.conf));
	done(&f);
}

static void every_key_is_read(void **state)
{
	static const char text[] =
		"{\"bridge\":\"br1\",\"isGateway\":true,"
		"\"isDefaultGateway\":true,\"forceAddress\":true,"
		"\"ipMasq\":\"v6\",\"ipMasqBackend\":\"iptables\","
		"\"ipMasqExclude\":[\"10.5.6.7/8\",\"fd00::/8\"],"
		"\"ipMasqRandom\":false,\"ipMasqDropInvalid\":false,"
		"\"mtu\":1400,\"hairpinMode\":true,\"vlan\":7,"
		"\"vlanTrunk\":[{\"id\":5}],\"preserveDefaultVlan\":true,"
		"\"macspoofchk\":true,\"enabledad\":true,"
		"\"portIsolation\":true,\"isolation\":\"strict\","
		"\"forwardAccept\":true,\"autoRemove\":true,"
		"\"ipam\":{\"type\":\"host-local\"},"
		"\"dns\":{\"domain\":\"example.org\"}}";
	char prefix[CNI_PREFIX_STRLEN];
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, text, "", NULL), 0);
	assert_string_equal(f.conf.bridge, "br1");
	assert_true(f.conf.is_gateway && f.conf.is_default_gateway &&
		    f.conf.force_address && f.conf.hairpin_mode &&
		    f.conf.preserve_default_vlan && f.conf.mac_spoof_check &&
		    f.conf.enable_dad && f.conf.port_isolation &&
		    f.conf.forward_accept && f.conf.auto_remove);
	assert_int_equal(f.conf.masq, BRIDGE_MASQ_V6);
	assert_int_equal(f.conf.masq_backend, CNI_MASQUERADE_IPTABLES);
	assert_int_equal(f.conf.masq_exclude.count, 2);
	assert_string_equal(cni_prefix_format(&f.conf.masq_exclude.items[0],
					      prefix),
			    "10.0.0.0/8");
	assert_false(f.conf.masq_random || f.conf.masq_drop_invalid);
	assert_int_equal(f.conf.mtu, 1400);
	assert_int_equal(f.conf.vlan, 7);
	assert_int_equal(f.conf.trunk.count, 1);
	assert_int_equal(f.conf.isolation, CNI_ISOLATION_STRICT);
	assert_string_equal(f.conf.ipam_type, "host-local");
	assert_string_equal(f.conf.dns.domain, "example.org");
	done(&f);
}

static void is_default_gateway_implies_is_gateway(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{\"isDefaultGateway\":true}", "", NULL),
			 0);
	assert_true(f.conf.is_gateway);
	done(&f);
}

static void masquerading_needs_layer_3(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{\"ipMasq\":true}", "", NULL), 0);
	assert_int_equal(f.conf.masq, 0);
	done(&f);
	assert_int_equal(decode(&f,
				"{\"ipMasq\":true,\"ipam\":{\"type\":\"x\"}}",
				"", NULL),
			 0);
	assert_int_equal(f.conf.masq, BRIDGE_MASQ_V4 | BRIDGE_MASQ_V6);
	done(&f);
}

static void an_unused_backend_may_be_anything(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{\"ipMasqBackend\":\"x\"}", "", NULL), 0);
	done(&f);
}

static void mtu_is_ignored_below_zero(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{\"mtu\":-5}", "", NULL), 0);
	assert_int_equal(f.conf.mtu, 0);
	done(&f);
}

static void the_mac_has_three_sources_in_order(void **state)
{
	static const struct {
		const char *text;
		const char *args;
		const char *mac;
	} rows[] = {
		{ "{}", "MAC=02:00:00:00:00:01", "02:00:00:00:00:01" },
		{ "{}", "MAC=", "00:00:00:00:00:00" },
		{ "{\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:02\"}}}",
		  "MAC=02:00:00:00:00:01", "02:00:00:00:00:02" },
		{ "{\"runtimeConfig\":{\"mac\":\"02-00-00-00-00-03\"},"
		  "\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:02\"}}}",
		  "MAC=02:00:00:00:00:01", "02:00:00:00:00:03" },
		{ "{\"RuntimeConfig\":{\"mac\":\"\"},"
		  "\"args\":{\"cni\":{\"mac\":\"\"}}}",
		  "MAC=02:00:00:00:00:01", "02:00:00:00:00:01" },
		{ "{\"args\":{\"cni\":null}}", "", "00:00:00:00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[CNI_MAC_STRLEN];
		struct fixture f;

		assert_int_equal(decode(&f, rows[i].text, rows[i].args, NULL),
				 0);
		assert_string_equal(cni_mac_format(&f.conf.mac, text),
				    rows[i].mac);
		done(&f);
	}
}

static void assert_refused(const char *text, const char *args, const char *msg)
{
	struct cni_error err = { 0 };
	struct fixture f;

	assert_int_equal(decode(&f, text, args, &err), -EINVAL);
	if (!strstr(err.msg, msg))
		fail_msg("%s: \"%s\" has no \"%s\"", text, err.msg, msg);
	assert_int_equal(err.code, CNI_CODE_INVALID_CONFIG);
	done(&f);
}

static void refuses_bad_values_by_name(void **state)
{
	static const struct {
		const char *text;
		const char *args;
		const char *msg;
	} rows[] = {
		{ "{\"mtu\":\"1400\"}", "", "failed to load netconf: " },
		{ "{\"mtu\":1400.0}", "", "failed to load netconf: " },
		{ "{\"mtu\":67}", "",
		  "invalid mtu 67 (must be between 68 and "
		  "65535, or 0)" },
		{ "{\"mtu\":65536}", "", "invalid mtu 65536" },
		{ "{\"isGateway\":\"true\"}", "", "isGateway" },
		{ "{\"portIsolation\":\"true\"}", "", "portIsolation" },
		{ "{\"bridge\":\"\"}", "", "failed to create bridge \"\"" },
		{ "{\"bridge\":\"sixteen-letters-\"}", "",
		  "failed to create bridge \"sixteen-letters-\"" },
		{ "{\"bridge\":\"a/b\"}", "", "failed to create bridge" },
		{ "{\"vlan\":-1}", "",
		  "invalid VLAN ID -1 (must be between 0 and 4094)" },
		{ "{\"vlan\":4095}", "",
		  "invalid VLAN ID 4095 (must be between 0 and 4094)" },
		{ "{\"vlan\":100,\"isGateway\":true,"
		  "\"bridge\":\"twelve-bytes\",\"ipam\":{\"type\":\"static\"}}",
		  "",
		  "failed to create vlan interface: the name "
		  "\"twelve-bytes.100\" is longer than 15 bytes" },
		{ "{\"vlan\":1e2}", "", "failed to load netconf: " },
		{ "{\"ipMasq\":\"yes\"}", "", "ipMasq" },
		{ "{\"ipMasq\":1}", "", "ipMasq" },
		{ "{\"ipMasq\":true,\"ipMasqBackend\":\"x\"}", "",
		  "unknown ipmasq backend \"x\"" },
		{ "{\"ipMasqExclude\":\"10.0.0.0/8\"}", "", "ipMasqExclude" },
		{ "{\"ipMasqExclude\":[\"10.0.0.0\"]}", "",
		  "\"10.0.0.0\" is not a CIDR" },
		{ "{\"ipMasqExclude\":[null]}", "", "ipMasqExclude" },
		{ "{\"isolation\":\"max\"}", "", "\"max\" is not" },
		{ "{\"isolation\":true}", "", "isolation" },
		{ "{\"ipam\":[]}", "", "ipam" },
		{ "{\"ipam\":{\"type\":5}}", "", "failed to load netconf: " },
		{ "{\"prevResult\":[]}", "", "prevResult" },
		{ "{\"dns\":[]}", "", "failed to load netconf: " },
		{ "{\"args\":{\"cni\":5}}", "", "failed to load netconf: " },
		{ "{\"runtimeConfig\":{\"mac\":\"zz\"}}", "",
		  "failed to make veth pair: address zz: invalid MAC "
		  "address" },
		{ "{}", "FOO=bar", "ARGS: unknown args" },
		{ "{\"disableContainerInterface\":true,"
		  "\"ipam\":{\"type\":\"host-local\"}}",
		  "",
		  "cannot use IPAM when DisableContainerInterface flag is "
		  "set" },
		{ "{\"hairpinMode\":true,\"promiscMode\":true}", "",
		  "cannot set hairpin mode and promiscuous mode at the same "
		  "time" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, rows[i].args, rows[i].msg);
}

static void trunk_faults_have_the_texts_of_the_go_plugin(void **state)
{
	static const struct {
		const char *entry;
		const char *msg;
	} rows[] = {
		{ "{\"minID\":0,\"maxID\":5}",
		  "incorrect trunk minID parameter" },
		{ "{\"minID\":-1,\"maxID\":5}",
		  "incorrect trunk minID parameter" },
		{ "{\"minID\":4095,\"maxID\":4096}",
		  "incorrect trunk minID parameter" },
		{ "{\"minID\":1,\"maxID\":4095}",
		  "incorrect trunk maxID parameter" },
		{ "{\"minID\":6,\"maxID\":5}",
		  "minID is greater than maxID in trunk parameter" },
		{ "{\"maxID\":5}",
		  "minID and maxID should be configured simultaneously, minID "
		  "is missing" },
		{ "{\"minID\":5}",
		  "minID and maxID should be configured simultaneously, maxID "
		  "is missing" },
		{ "{\"id\":0}", "incorrect trunk id parameter" },
		{ "{\"id\":4095}", "incorrect trunk id parameter" },
		{ "null", "vlanTrunk: an entry is null" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cni_error err = { 0 };
		struct fixture f;
		char text[160];

		(void)snprintf(text, sizeof(text), "{\"vlanTrunk\":[%s]}",
			       rows[i].entry);
		assert_int_equal(decode(&f, text, "", &err), -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, rows[i].msg);
		done(&f);
	}
}

static void trunk_ids_become_sorted_ranges(void **state)
{
	static const char text[] =
		"{\"vlanTrunk\":[{\"minID\":100,\"maxID\":110},{},"
		"{\"id\":5},{\"id\":111},{\"id\":105},"
		"{\"minID\":108,\"maxID\":109},{\"id\":7},"
		"{\"minID\":4000,\"maxID\":4094,\"id\":6}]}";
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, text, "", NULL), 0);
	assert_true(bridge_conf_wants_vlans(&f.conf));
	assert_int_equal(f.conf.trunk.count, 3);
	assert_int_equal(f.conf.trunk.ranges[0].first, 5);
	assert_int_equal(f.conf.trunk.ranges[0].last, 7);
	assert_int_equal(f.conf.trunk.ranges[1].first, 100);
	assert_int_equal(f.conf.trunk.ranges[1].last, 111);
	assert_int_equal(f.conf.trunk.ranges[2].first, 4000);
	assert_int_equal(f.conf.trunk.ranges[2].last, 4094);
	assert_true(bridge_trunk_has(&f.conf.trunk, 111));
	assert_false(bridge_trunk_has(&f.conf.trunk, 112));
	done(&f);
}

static void an_empty_trunk_still_asks_for_vlan_filtering(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, "{\"vlanTrunk\":[]}", "", NULL), 0);
	assert_int_equal(f.conf.trunk.count, 0);
	assert_true(bridge_conf_wants_vlans(&f.conf));
	done(&f);
}

static void del_reads_around_bad_keys(void **state)
{
	static const char text[] =
		"{\"bridge\":\"br1\",\"vlan\":5000,\"mtu\":\"x\","
		"\"isGateway\":7,\"vlanTrunk\":[null],\"ipMasq\":\"?\","
		"\"ipMasqExclude\":[5],\"isolation\":9,\"autoRemove\":true,"
		"\"ipam\":{\"type\":\"host-local\"},\"args\":3,"
		"\"runtimeConfig\":{\"mac\":\"zz\"},\"dns\":9}";
	struct fixture f;

	(void)state;
	assert_int_equal(decode(&f, text, "", NULL), -EINVAL);
	bridge_conf_done(&f.conf);
	f.call.args.args = "broken";
	bridge_conf_decode_lenient(&f.call, &f.conf);
	assert_string_equal(f.conf.bridge, "br1");
	assert_string_equal(f.conf.ipam_type, "host-local");
	assert_true(f.conf.auto_remove);
	assert_int_equal(f.conf.vlan, 0);
	assert_int_equal(f.conf.trunk.count, 0);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_config_has_the_defaults),
		cmocka_unit_test(null_leaves_every_default),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(is_default_gateway_implies_is_gateway),
		cmocka_unit_test(masquerading_needs_layer_3),
		cmocka_unit_test(an_unused_backend_may_be_anything),
		cmocka_unit_test(mtu_is_ignored_below_zero),
		cmocka_unit_test(the_mac_has_three_sources_in_order),
		cmocka_unit_test(refuses_bad_values_by_name),
		cmocka_unit_test(trunk_faults_have_the_texts_of_the_go_plugin),
		cmocka_unit_test(trunk_ids_become_sorted_ranges),
		cmocka_unit_test(an_empty_trunk_still_asks_for_vlan_filtering),
		cmocka_unit_test(del_reads_around_bad_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
