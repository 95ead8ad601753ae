/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor.c - the kernel operations of a plugin call and nothing around them
 *
 * One process that does what `bridge` with `host-local`, or `portmap`, must ask
 * of the kernel: no JSON is parsed, nothing is checked, nothing is undone.  It
 * is what the benchmark compares the plugins with to see how much of their time
 * is theirs.  FLOOR_OP says what to do, FLOOR_ID (1..65000) for which pod; the
 * bridge "fbr0" (10.89.0.1/16, fd00:89::1/64) and the map `ip floor ports` are
 * made by `prepare`.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#define BRIDGE "fbr0"

static char buffer[8192] __attribute__((aligned(8)));

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned int pod_id(void)
{
	const char *text = getenv("FLOOR_ID");

	return text ? (unsigned int)strtoul(text, NULL, 10) : 1;
}

static int open_netlink(int protocol)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail("netlink");
	return fd;
}

/* The index in a link's IFLA_LINK; @otherwise when it has none. */
static unsigned int peer_of(const struct nlmsghdr *nlh, unsigned int otherwise)
{
	const struct nlattr *attr;

	attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct ifinfomsg));
	for (; (const char *)attr < (const char *)nlh + nlh->nlmsg_len;
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == IFLA_LINK)
			return mnl_attr_get_u32(attr);
	return otherwise;
}

/* Send what is in the buffer; wait for @acks acknowledgements. Returns the
 * peer's index (IFLA_LINK) of an echoed link, if one came.
 */
static unsigned int talk(int fd, size_t len, int acks)
{
	static char reply[32768] __attribute__((aligned(8)));
	unsigned int peer = 0;

	if (send(fd, buffer, len, 0) != (ssize_t)len)
		fail("send");
	while (acks > 0) {
		ssize_t got = recv(fd, reply, sizeof(reply), 0);
		int left = (int)got;
		const struct nlmsghdr *nlh = (const void *)reply;

		if (got < 0)
			fail("recv");
		for (; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type == RTM_NEWLINK)
				peer = peer_of(nlh, peer);
			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (err->error) {
				errno = -err->error;
				fail("kernel");
			}
			acks--;
		}
	}
	return peer;
}

static struct nlmsghdr *message(void *at, uint16_t type, uint16_t flags,
				size_t header)
{
	static uint32_t seq;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nlh->nlmsg_seq = ++seq;
	(void)mnl_nlmsg_put_extra_header(nlh, header);
	return nlh;
}

static void put_host_end(struct nlmsghdr *nlh, int netns)
{
	struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct nlattr *link_info;
	struct nlattr *data;
	struct nlattr *peer;
	char name[IFNAMSIZ];

	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	(void)snprintf(name, sizeof(name), "vethf%u", pod_id());
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_MASTER, if_nametoindex(BRIDGE));
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
	link_info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0");
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)netns);
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, link_info);
}

static struct nlmsghdr *put_address(void *at, unsigned int index, int family,
				    const void *bytes, uint8_t prefix_len)
{
	struct nlmsghdr *nlh = message(at, RTM_NEWADDR,
				       NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
				       sizeof(struct ifaddrmsg));
	struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	size_t len = family == AF_INET ? 4 : 16;

	info->ifa_family = (uint8_t)family;
	info->ifa_prefixlen = prefix_len;
	info->ifa_index = index;
	info->ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;
	mnl_attr_put(nlh, IFA_LOCAL, len, bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, len, bytes);
	return nlh;
}

static struct nlmsghdr *put_default_route(void *at, unsigned int index)
{
	struct nlmsghdr *nlh = message(at, RTM_NEWROUTE,
				       NLM_F_ACK | NLM_F_CREATE,
				       sizeof(struct rtmsg));
	struct rtmsg *info = mnl_nlmsg_get_payload(nlh);

	info->rtm_family = AF_INET;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = RTPROT_BOOT;
	info->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_GATEWAY, inet_addr("10.89.0.1"));
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	return nlh;
}

static void pod_side(unsigned int index, int dual)
{
	int fd = open_netlink(NETLINK_ROUTE);
	struct nlmsghdr *nlh;
	struct ifinfomsg *info;
	uint8_t v4[4] = { 10, 89, (uint8_t)(pod_id() >> 8), (uint8_t)pod_id() };
	uint8_t v6[16] = { 0xfd, 0, 0, 0x89 };
	int acks = 3;

	memcpy(v6 + 14, v4 + 2, 2);
	nlh = put_address(buffer, index, AF_INET, v4, 16);
	if (dual) {
		nlh = put_address(mnl_nlmsg_get_payload_tail(nlh), index,
				  AF_INET6, v6, 64);
		acks++;
	}
	nlh = message(mnl_nlmsg_get_payload_tail(nlh), RTM_NEWLINK, NLM_F_ACK,
		      sizeof(struct ifinfomsg));
	info = mnl_nlmsg_get_payload(nlh);
	info->ifi_index = (int)index;
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	nlh = put_default_route(mnl_nlmsg_get_payload_tail(nlh), index);
	(void)talk(fd,
		   (size_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - buffer),
		   acks);
	(void)close(fd);
}

static int lock_directory(void)
{
	const char *dir = getenv("FLOOR_DIR");
	int fd;

	if (!dir || chdir(dir))
		fail("FLOOR_DIR");
	fd = open("lock", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX))
		fail("lock");
	return fd;
}

static void lease_name(char name[static 32])
{
	(void)snprintf(name, 32, "10.89.%u.%u", pod_id() >> 8 & 255,
		       pod_id() & 255);
}

static void lease_add(void)
{
	char name[32];
	int fd;

	(void)lock_directory();
	lease_name(name);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "pod\r\neth0", 9) != 9)
		fail(name);
	(void)close(fd);
	fd = open("last_reserved_ip.0", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, name, strlen(name)) < 0)
		fail("last_reserved_ip.0");
	(void)close(fd);
}

static void lease_del(void)
{
	char name[32];

	(void)lock_directory();
	lease_name(name);
	if (unlink(name))
		fail(name);
}

static void bridge_add(int dual)
{
	static const char json[] = "{\"cniVersion\":\"1.0.0\"}\n";
	int netns = open(getenv("CNI_NETNS"), O_RDONLY | O_CLOEXEC);
	int fd = open_netlink(NETLINK_ROUTE);
	struct nlmsghdr *nlh;
	unsigned int peer;

	if (netns < 0)
		fail("CNI_NETNS");
	lease_add();
	nlh = message(buffer, RTM_NEWLINK,
		      NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO,
		      sizeof(struct ifinfomsg));
	put_host_end(nlh, netns);
	peer = talk(fd, nlh->nlmsg_len, 1);
	if (setns(netns, CLONE_NEWNET))
		fail("setns");
	pod_side(peer, dual);
	if (write(1, json, sizeof(json) - 1) < 0)
		fail("stdout");
}

static void bridge_del(void)
{
	int fd = open_netlink(NETLINK_ROUTE);
	struct nlmsghdr *nlh = message(buffer, RTM_DELLINK, NLM_F_ACK,
				       sizeof(struct ifinfomsg));
	char name[IFNAMSIZ];

	(void)snprintf(name, sizeof(name), "vethf%u", pod_id());
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	(void)talk(fd, nlh->nlmsg_len, 1);
	lease_del();
}

static struct nlmsghdr *put_batch_mark(void *at, uint16_t type)
{
	struct nlmsghdr *nlh = message(at, type, 0, sizeof(struct nfgenmsg));
	struct nfgenmsg *info = mnl_nlmsg_get_payload(nlh);

	info->res_id = htons(NFNL_SUBSYS_NFTABLES);
	return nlh;
}

static void put_element(struct nlmsghdr *nlh, uint16_t port)
{
	struct nfgenmsg *info = mnl_nlmsg_get_payload(nlh);
	struct nlattr *list;
	struct nlattr *element;
	struct nlattr *value;
	uint8_t data[8] = { 10, 89, 0, 2, 0, 80 };
	uint8_t key[8] = { 6, 0, 0, 0, (uint8_t)(port >> 8), (uint8_t)port };

	info->nfgen_family = AF_INET;
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, "floor");
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, "ports");
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	value = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put(nlh, NFTA_DATA_VALUE, sizeof(key), key);
	mnl_attr_nest_end(nlh, value);
	if ((nlh->nlmsg_type & 255) == NFT_MSG_NEWSETELEM) {
		value = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_DATA);
		mnl_attr_put(nlh, NFTA_DATA_VALUE, sizeof(data), data);
		mnl_attr_nest_end(nlh, value);
	}
	mnl_attr_nest_end(nlh, element);
	mnl_attr_nest_end(nlh, list);
}

static void ports(uint8_t operation, uint16_t flags, int count)
{
	int fd = open_netlink(NETLINK_NETFILTER);
	struct nlmsghdr *nlh = put_batch_mark(buffer, NFNL_MSG_BATCH_BEGIN);

	for (int i = 0; i < count; i++) {
		nlh = message(mnl_nlmsg_get_payload_tail(nlh),
			      (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation),
			      (uint16_t)(NLM_F_ACK | flags),
			      sizeof(struct nfgenmsg));
		put_element(nlh, (uint16_t)(pod_id() * 10 + (unsigned int)i));
	}
	nlh = put_batch_mark(mnl_nlmsg_get_payload_tail(nlh),
			     NFNL_MSG_BATCH_END);
	(void)talk(fd,
		   (size_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - buffer),
		   count);
}

static int prepare(void)
{
	return system("ip link add " BRIDGE " type bridge && "
		      "ip addr add 10.89.0.1/16 dev " BRIDGE " && "
		      "ip link set " BRIDGE " up && "
		      "nft add table ip floor && "
		      "nft 'add map ip floor ports { type inet_proto . "
		      "inet_service : ipv4_addr . inet_service ; }'")
		       ? 1
		       : 0;
}

int main(void)
{
	const char *operation = getenv("FLOOR_OP");
	const uint16_t create = NLM_F_CREATE | NLM_F_EXCL;

	if (!operation || strcmp(operation, "version") == 0)
		return write(1, "{}\n", 3) == 3 ? 0 : 1;
	if (strcmp(operation, "prepare") == 0)
		return prepare();
	if (strcmp(operation, "lease-add") == 0)
		lease_add();
	else if (strcmp(operation, "lease-del") == 0)
		lease_del();
	else if (strcmp(operation, "bridge-add") == 0)
		bridge_add(0);
	else if (strcmp(operation, "bridge-add-dual") == 0)
		bridge_add(1);
	else if (strcmp(operation, "bridge-del") == 0)
		bridge_del();
	else if (strcmp(operation, "ports-add-1") == 0)
		ports(NFT_MSG_NEWSETELEM, create, 1);
	else if (strcmp(operation, "ports-add-10") == 0)
		ports(NFT_MSG_NEWSETELEM, create, 10);
	else if (strcmp(operation, "ports-del-1") == 0)
		ports(NFT_MSG_DELSETELEM, 0, 1);
	else if (strcmp(operation, "ports-del-10") == 0)
		ports(NFT_MSG_DELSETELEM, 0, 10);
	else
		return 2;
	return 0;
}
