/* SPDX-License-Identifier: Apache-2.0 */
/* test_veth.c - veth pairs between two namespaces, seen by iproute2 */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/bridge.h"
#include "cni/link.h"
#include "netns_env.h"
#include "table.h"

static const struct cni_mac host_mac = { { 2, 1, 1, 1, 1, 1 } };
static const struct cni_mac pod_mac = { { 2, 2, 2, 2, 2, 2 } };

static struct cni_link make_bridge(struct netns_env *env)
{
	struct cni_bridge_spec spec = { .name = "br0" };
	struct cni_link bridge;

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &spec, &bridge, NULL, NULL), 0);
	return bridge;
}

static struct cni_veth_spec plain_spec(const struct netns_env *env)
{
	return (struct cni_veth_spec) {
		.host_name = "veth0",
		.peer_name = "eth0",
		.peer_netns_fd = env->pod,
	};
}

static void both_ends_are_born_complete_in_their_places(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge = make_bridge(env);
	struct cni_veth_spec spec = plain_spec(env);
	CNI_CLEANUP(json) json_object *host = NULL;
	CNI_CLEANUP(json) json_object *pod = NULL;
	struct cni_veth veth = { 0 };
	struct cni_error err = { 0 };

	spec.host_mac = host_mac;
	spec.host_alias = "net1 container eth0";
	spec.master = bridge.index;
	spec.hairpin = true;
	spec.isolated = true;
	spec.peer_mac = pod_mac;
	spec.mtu = 1400;
	spec.queues = 1;
	if (cni_veth_create(&env->nl, &spec, &veth, &err) < 0)
		fail_msg("%s (%s)", err.msg, err.details);

	host = netns_json(env->host, "ip -j -d link show dev veth0");
	assert_int_equal(json_number(host, "/0/ifindex"), veth.host_index);
	assert_string_equal(json_text(host, "/0/address"), "02:01:01:01:01:01");
	assert_string_equal(json_text(host, "/0/ifalias"), spec.host_alias);
	assert_string_equal(json_text(host, "/0/master"), "br0");
	assert_int_equal(json_number(host, "/0/mtu"), 1400);
	assert_int_equal(json_number(host, "/0/txqlen"), 1000);
	assert_int_equal(json_number(host, "/0/num_tx_queues"), 1);
	assert_int_equal(json_number(host, "/0/num_rx_queues"), 1);
	assert_int_equal(
		json_number(host, "/0/linkinfo/info_slave_data/hairpin"), 1);
	assert_int_equal(
		json_number(host, "/0/linkinfo/info_slave_data/isolated"), 1);
	assert_non_null(strstr(json_text(host, "/0/flags"), "\"UP\""));
	assert_true(cni_mac_equal(&veth.host_mac, &host_mac));

	pod = netns_json(env->pod, "ip -j -d link show dev eth0");
	assert_int_equal(json_number(pod, "/0/ifindex"), veth.peer_index);
	assert_string_equal(json_text(pod, "/0/address"), "02:02:02:02:02:02");
	assert_int_equal(json_number(pod, "/0/mtu"), 1400);
	assert_int_equal(json_number(pod, "/0/txqlen"), 1000);
	assert_int_equal(json_number(pod, "/0/num_tx_queues"), 1);
	assert_null(strstr(json_text(pod, "/0/flags"), "\"UP\""));
}

static void what_the_kernel_says_is_read_back(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge = make_bridge(env);
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link host;
	struct cni_link pod;

	spec.host_mac = host_mac;
	spec.host_alias = "alias";
	spec.master = bridge.index;
	spec.hairpin = true;
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "veth0", &host, NULL), 0);
	assert_int_equal(cni_link_get_index(&env->pod_nl, veth.peer_index, &pod,
					    NULL),
			 0);
	assert_string_equal(host.kind, "veth");
	assert_string_equal(host.alias, "alias");
	assert_int_equal(host.index, veth.host_index);
	assert_int_equal(host.peer, veth.peer_index);
	assert_true(host.peer_netnsid >= 0);
	assert_int_equal(host.master, bridge.index);
	assert_int_equal(host.mtu, 1500);
	assert_int_equal(host.tx_queue_len, 1000);
	assert_true(cni_mac_equal(&host.mac, &host_mac));
	assert_true(host.is_port);
	assert_true(host.port.hairpin);
	assert_false(host.port.isolated);
	assert_true(host.flags & IFF_UP);
	assert_string_equal(pod.name, "eth0");
	assert_int_equal(pod.peer, veth.host_index);
	assert_false(pod.is_port);
	assert_false(pod.flags & IFF_UP);
}

static void the_pods_index_is_right_even_when_the_pod_has_others(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link pod;
	char name[IFNAMSIZ];

	for (int i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "veth%d", i);
		spec.host_name = name;
		spec.peer_name = i == 0 ? "eth0" : i == 1 ? "eth1" : "eth2";
		assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL),
				 0);
		assert_int_equal(cni_link_get_index(&env->pod_nl,
						    veth.peer_index, &pod,
						    NULL),
				 0);
		assert_string_equal(pod.name, spec.peer_name);
	}
}

static void a_taken_name_in_the_pod_leaves_nothing_on_the_host(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;
	struct cni_error err;

	netns_sh(env->pod, "ip link add eth0 type bridge");
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, &err),
			 -EEXIST);
	assert_error(&err, CNI_CODE_INTERFACE_EXISTS,
		     "container veth name (\"eth0\") peer provided "
		     "(\"veth0\") already exists");
	assert_int_equal(cni_link_get(&env->nl, "veth0", &link, NULL), -ENODEV);
}

static void a_taken_name_on_the_host_is_not_touched(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge = make_bridge(env);
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;
	struct cni_error err;

	netns_sh(env->host, "ip link add veth0 type veth peer name other");
	netns_sh(env->host, "ip link set veth0 master br0");
	spec.master = bridge.index;
	spec.hairpin = true;
	spec.host_alias = "mine";
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, &err),
			 -ENOTUNIQ);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "host veth name \"veth0\" already exists");
	assert_int_equal(cni_link_get(&env->nl, "veth0", &link, NULL), 0);
	assert_false(link.port.hairpin);
	assert_string_equal(link.alias, "");
	assert_int_equal(cni_link_get(&env->pod_nl, "eth0", &link, NULL),
			 -ENODEV);
}

static void a_multicast_mac_is_refused_and_nothing_stays(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;
	struct cni_error err;

	spec.peer_mac.bytes[0] = 1;
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, &err),
			 -EADDRNOTAVAIL);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "failed to make veth pair: Cannot assign requested "
		     "address");
	assert_int_equal(cni_link_get(&env->nl, "veth0", &link, NULL), -ENODEV);
	assert_int_equal(cni_link_get(&env->pod_nl, "eth0", &link, NULL),
			 -ENODEV);
}

static void an_mtu_the_kernel_refuses_leaves_nothing(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;
	struct cni_error err = { 0 };

	spec.mtu = 67;
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, &err),
			 -EINVAL);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "failed to make veth pair: Invalid argument");
	assert_int_equal(cni_link_get(&env->nl, "veth0", &link, NULL), -ENODEV);
}

static void a_port_that_cannot_be_finished_is_removed(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	char alias[CNI_LINK_ALIAS_MAX + 10];
	struct cni_veth veth;
	struct cni_link link;

	memset(alias, 'a', sizeof(alias) - 1);
	alias[sizeof(alias) - 1] = '\0';
	spec.host_alias = alias;
	assert_true(cni_veth_create(&env->nl, &spec, &veth, NULL) < 0);
	assert_int_equal(cni_link_get(&env->nl, "veth0", &link, NULL), -ENODEV);
	assert_int_equal(cni_link_get(&env->pod_nl, "eth0", &link, NULL),
			 -ENODEV);
}

static void a_pair_can_stay_in_one_namespace(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;

	spec.peer_netns_fd = -1;
	spec.peer_name = "br0.100";
	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "br0.100", &link, NULL), 0);
	assert_int_equal(link.index, veth.peer_index);
	assert_int_equal(link.peer_netnsid, -1);
}

static void deleting_one_end_deletes_the_other(void **state)
{
	struct netns_env *env = *state;
	struct cni_veth_spec spec = plain_spec(env);
	struct cni_veth veth;
	struct cni_link link;
	struct cni_error err;

	assert_int_equal(cni_veth_create(&env->nl, &spec, &veth, NULL), 0);
	assert_int_equal(cni_link_delete(&env->nl, "veth0", NULL), 0);
	assert_int_equal(cni_link_get(&env->pod_nl, "eth0", &link, &err),
			 -ENODEV);
	assert_error(&err, CNI_CODE_INTERNAL, "link \"eth0\": No such device");
	assert_int_equal(cni_link_delete(&env->nl, "veth0", NULL), -ENODEV);
	assert_int_equal(cni_link_delete_index(&env->nl, veth.host_index, NULL),
			 -ENODEV);
}

static void bad_names_are_refused_without_the_kernel(void **state)
{
	struct netns_env *env = *state;
	struct cni_link link;
	struct cni_error err;

	assert_int_equal(cni_link_get(&env->nl, "", &link, &err), -EINVAL);
	assert_int_equal(cni_link_get(&env->nl, "sixteen-bytes-xx", &link,
				      &err),
			 -ERANGE);
	assert_error(&err, CNI_CODE_INVALID_CONFIG,
		     "link \"sixteen-bytes-xx\": Numerical result out of "
		     "range");
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(both_ends_are_born_complete_in_their_places),
		T(what_the_kernel_says_is_read_back),
		T(the_pods_index_is_right_even_when_the_pod_has_others),
		T(a_taken_name_in_the_pod_leaves_nothing_on_the_host),
		T(a_taken_name_on_the_host_is_not_touched),
		T(a_multicast_mac_is_refused_and_nothing_stays),
		T(an_mtu_the_kernel_refuses_leaves_nothing),
		T(a_port_that_cannot_be_finished_is_removed),
		T(a_pair_can_stay_in_one_namespace),
		T(deleting_one_end_deletes_the_other),
		T(bad_names_are_refused_without_the_kernel),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
