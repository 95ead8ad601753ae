/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_legacy.c - looking into ip_tables without starting a process */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "cni/file.h"
#include "iptables_internal.h"

#define READ_TRIES 5
/* The blob of 100,000 rules is about 40 MB. */
#define BLOB_MAX ((size_t)256 << 20)

/*
 * Both families have the same layout and, apart from the level, numbers.
 * NOLINTBEGIN(misc-redundant-expression): that is what is asserted
 */
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo) &&
		       sizeof(struct ipt_get_entries) ==
			       sizeof(struct ip6t_get_entries) &&
		       (int)IPT_SO_GET_INFO == (int)IP6T_SO_GET_INFO &&
		       (int)IPT_SO_GET_ENTRIES == (int)IP6T_SO_GET_ENTRIES,
	       "ip_tables and ip6_tables differ");
/* NOLINTEND(misc-redundant-expression) */

void cni_iptables_blob_done(struct cni_iptables_blob *blob)
{
	free(blob->bytes);
	*blob = (struct cni_iptables_blob) { 0 };
}

/* Asking the kernel for a table that is not there would create it. */
static bool has_table(int family, const char *table)
{
	const char *path = family == AF_INET ? "/proc/net/ip_tables_names"
					     : "/proc/net/ip6_tables_names";
	char names[256];
	char *save = NULL;

	if (cni_read_file_at(AT_FDCWD, path, names, sizeof(names)) <= 0)
		return false;
	for (char *name = strtok_r(names, "\n", &save); name;
	     name = strtok_r(NULL, "\n", &save))
		if (strcmp(name, table) == 0)
			return true;
	return false;
}

static int read_entries(int fd, int level, const char *table,
			struct cni_iptables_blob *ret_blob)
{
	CNI_CLEANUP(free) struct ipt_get_entries *entries = NULL;
	struct ipt_getinfo info = { 0 };
	socklen_t len = sizeof(info);

	(void)strncpy(info.name, table, sizeof(info.name) - 1);
	if (getsockopt(fd, level, IPT_SO_GET_INFO, &info, &len) < 0)
		return -errno;
	if (info.size > BLOB_MAX)
		return -EFBIG;
	len = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, len);
	if (!entries)
		return -ENOMEM;
	memcpy(entries->name, info.name, sizeof(entries->name));
	entries->size = info.size;
	if (getsockopt(fd, level, IPT_SO_GET_ENTRIES, entries, &len) < 0)
		return -errno;
	ret_blob->bytes = malloc(info.size ? info.size : 1);
	if (!ret_blob->bytes)
		return -ENOMEM;
	memcpy(ret_blob->bytes, (unsigned char *)entries + sizeof(*entries),
	       info.size);
	ret_blob->size = info.size;
	ret_blob->has_forward = info.valid_hooks & (1U << NF_INET_FORWARD);
	ret_blob->policy_at = info.underflow[NF_INET_FORWARD];
	return 0;
}

int cni_iptables_legacy_read(int family, const char *table,
			     struct cni_iptables_blob *ret_blob)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	CNI_CLEANUP(fd) int fd = -1;
	int ret = -EAGAIN;

	*ret_blob = (struct cni_iptables_blob) { 0 };
	if (!has_table(family, table))
		return 0;
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < READ_TRIES && ret == -EAGAIN; i++)
		ret = read_entries(fd, level, table, ret_blob);
	/* The table went away, or the kernel lost the module. */
	if (ret == -ENOENT || ret == -ENOPROTOOPT)
		return 0;
	return ret;
}

int cni_iptables_legacy_search(int family, const char *table, const void *bytes,
			       size_t len)
{
	CNI_CLEANUP(iptables_blob) struct cni_iptables_blob blob = { 0 };
	int ret;

	ret = cni_iptables_legacy_read(family, table, &blob);
	if (ret < 0 || !blob.bytes)
		return ret;
	return memmem(blob.bytes, blob.size, bytes, len) != NULL;
}

int cni_iptables_legacy_mentions(int family, const char *table,
				 const char *needle)
{
	return cni_iptables_legacy_search(family, table, needle,
					  strlen(needle));
}

/* The entry of a chain's policy is an unconditional standard target. */
int cni_iptables_legacy_forward_drops(int family)
{
	size_t at = family == AF_INET
			    ? offsetof(struct ipt_entry, target_offset)
			    : offsetof(struct ip6t_entry, target_offset);
	CNI_CLEANUP(iptables_blob) struct cni_iptables_blob blob = { 0 };
	struct xt_standard_target target;
	uint16_t offset;
	int ret;

	ret = cni_iptables_legacy_read(family, "filter", &blob);
	if (ret < 0 || !blob.bytes || !blob.has_forward)
		return ret;
	if (blob.policy_at > blob.size ||
	    blob.size - blob.policy_at < at + sizeof(offset))
		return 0;
	memcpy(&offset, blob.bytes + blob.policy_at + at, sizeof(offset));
	if (blob.size - blob.policy_at < offset + sizeof(target))
		return 0;
	memcpy(&target, blob.bytes + blob.policy_at + offset, sizeof(target));
	return target.verdict == -NF_DROP - 1;
}
