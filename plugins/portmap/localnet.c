/* SPDX-License-Identifier: Apache-2.0 */
/* localnet.c - 127.0.0.1:hostPort */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/sysctl.h"

#include "localnet.h"
#include "removal.h"

/* Comment of a bridge that had the setting before us. */
#define KEEP "route_localnet was set before"

static void set_bridge_key(uint8_t key[static IFNAMSIZ], const char *bridge)
{
	memset(key, 0, IFNAMSIZ);
	memcpy(key, bridge, strnlen(bridge, IFNAMSIZ - 1));
}

int portmap_localnet_has_bridge(struct cni_nft *nft, const char *bridge,
				bool *ret_has, struct cni_error *reterr)
{
	struct cni_nft_element element = { 0 };
	uint8_t key[IFNAMSIZ];
	int ret;

	*ret_has = false;
	if (!bridge[0])
		return 0;
	set_bridge_key(key, bridge);
	ret = cni_nft_get_element(nft, &portmap_bridges, key, &element, reterr);
	*ret_has = ret > 0;
	if (ret <= 0 || !element.lifetime_ms)
		return ret < 0 ? ret : 0;
	ret = cni_nft_vanish(nft, &portmap_bridges, key, reterr);
	return ret == 0 ? -EAGAIN : ret == -EOPNOTSUPP ? 0 : ret;
}

void portmap_localnet_path(const char *bridge,
			   char ret_path[static PORTMAP_SYSCTL_PATH_SIZE])
{
	(void)snprintf(ret_path, PORTMAP_SYSCTL_PATH_SIZE,
		       "net/ipv4/conf/%s/route_localnet", bridge);
}

static bool is_set(const char *bridge)
{
	char path[PORTMAP_SYSCTL_PATH_SIZE];
	char value[CNI_SYSCTL_VALUE_MAX];

	portmap_localnet_path(bridge, path);
	return cni_sysctl_read(path, value, NULL) == 0 &&
	       strcmp(value, "1") == 0;
}

static void put_bridge(struct cni_nft_batch *batch,
		       const struct portmap_publication *pub)
{
	const char *bridge = pub->record.localnet;
	struct cni_nft_element element = { 0 };

	set_bridge_key(element.key, bridge);
	/* After a flush it is set because we have set it. */
	if (!pub->conf->restoring && is_set(bridge))
		memcpy(element.comment, KEEP, sizeof(KEEP));
	cni_nft_add_element(batch, &portmap_bridges, &element, true);
}

void portmap_localnet_put(struct cni_nft_batch *batch,
			  const struct portmap_publication *pub,
			  bool has_bridge)
{
	const char *bridge = pub->record.localnet;
	struct cni_nft_element element = { 0 };

	portmap_localnet_key(bridge, pub->key, element.key);
	memcpy(element.comment, pub->comment, sizeof(element.comment));
	cni_nft_add_element(batch, &portmap_localnet, &element, true);
	if (!has_bridge)
		put_bridge(batch, pub);
}

static int keep_once(struct cni_nft *nft, const struct portmap_publication *pub,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	bool has_bridge;
	int ret = portmap_localnet_has_bridge(nft, pub->record.localnet,
					      &has_bridge, reterr);

	if (ret < 0 || has_bridge)
		return ret;
	cni_nft_batch_init(&batch, 0);
	put_bridge(&batch, pub);
	return cni_nft_batch_send(nft, &batch, reterr);
}

int portmap_localnet_keep(struct cni_nft *nft,
			  const struct portmap_publication *pub,
			  struct cni_error *reterr)
{
	unsigned int attempts = 0;
	int ret;

	do
		ret = keep_once(nft, pub, reterr);
	while ((ret == -EAGAIN || ret == -EEXIST) &&
	       ++attempts < CNI_NFT_ATTEMPTS);
	return ret;
}

static int set(const char *bridge, const char *value, struct cni_error *reterr)
{
	const struct cni_sysctl sysctl = { .family = AF_INET,
					   .key = "route_localnet",
					   .value = value,
					   .required = true };

	return cni_sysctl_ensure_if(bridge, &sysctl, 1, reterr);
}

int portmap_localnet_enable(const char *bridge, struct cni_error *reterr)
{
	int ret = set(bridge, "1", reterr);

	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"unable to enable route_localnet");
	return 0;
}

/*
 * The bridge itself may be gone; a read-only /proc must not keep a pod.
 *
 * Return: 0; 1 it stays as it is; a negative errno.
 */
static int reset(const char *bridge, struct cni_error *reterr)
{
	struct cni_error err = { 0 };
	int ret = set(bridge, "0", &err);

	if (ret == 0 || ret == -ENOENT || ret == -ENODEV)
		return 0;
	if (ret == -EROFS) {
		cni_warn("reset route_localnet: %s, ignoring", err.msg);
		return 1;
	}
	if (reterr)
		*reterr = err;
	return cni_error_prefix(reterr, ret, "unable to reset route_localnet");
}

static int is_of_bridge(const struct cni_nft_element *element, void *data)
{
	return element && !element->lifetime_ms &&
	       memcmp(element->key, data, IFNAMSIZ) == 0;
}

/**
 * struct release - one attempt to give a bridge's setting back
 * @key: the bridge's
 * @bridge: its name
 * @cleared: we have reset the sysctl
 * @sent: the bridge was taken out of the set
 */
struct release {
	uint8_t key[IFNAMSIZ];
	const char *bridge;
	bool cleared;
	bool sent;
};

/* Takes the bridge out of the set; -ERESTART when something changed. */
static int forget_bridge(struct cni_nft *nft, const struct release *release,
			 uint32_t generation, enum portmap_removal_mode mode,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	CNI_CLEANUP(portmap_removal) struct portmap_removal removal = { 0 };
	struct cni_nft_element element = { 0 };

	memcpy(element.key, release->key, sizeof(release->key));
	if (portmap_removal_add(&removal, &portmap_bridges, &element) < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "release %s", release->bridge);
	cni_nft_batch_init(&batch, generation);
	portmap_removal_put(&removal, &batch, mode);
	return cni_nft_batch_send(nft, &batch, reterr);
}

/*
 * The setting is reset before the bridge leaves the set, and set again when an
 * ADD came in between: that ADD's own setting may have been before our reset.
 */
static int release_once(struct cni_nft *nft, struct release *release,
			enum portmap_removal_mode mode,
			struct cni_error *reterr)
{
	struct cni_nft_element element = { 0 };
	uint32_t generation;
	int needed;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	if (ret == 0)
		ret = cni_nft_get_element(nft, &portmap_bridges, release->key,
					  &element, reterr);
	if (ret <= 0)
		return ret;
	needed = cni_nft_find_element(&portmap_localnet, is_of_bridge,
				      release->key, reterr);
	if (needed < 0)
		return needed;
	if (needed > 0)
		return release->cleared ? set(release->bridge, "1", reterr) : 0;
	if (strcmp(element.comment, KEEP) != 0 && !release->cleared) {
		ret = reset(release->bridge, reterr);
		/* Still in the set: the next DEL or GC tries again. */
		if (ret != 0)
			return ret < 0 ? ret : 0;
		release->cleared = true;
	}
	ret = forget_bridge(nft, release, generation, mode, reterr);
	release->sent |= ret == 0;
	return ret;
}

static int release_all(struct cni_nft *nft, struct release *release,
		       enum portmap_removal_mode mode, struct cni_error *reterr)
{
	unsigned int attempts = 0;
	int ret;

	do
		ret = release_once(nft, release, mode, reterr);
	while (ret == -ERESTART && ++attempts < CNI_NFT_ATTEMPTS);
	return ret;
}

int portmap_localnet_release(struct cni_nft *nft, const char *bridge,
			     struct cni_error *reterr)
{
	struct release release = { .bridge = bridge };
	int ret;

	if (!bridge[0])
		return 0;
	set_bridge_key(release.key, bridge);
	ret = release_all(nft, &release, PORTMAP_EXPIRE, reterr);
	if (ret < 0 || !release.sent)
		return ret;
	/* No rule looks at the set, and an ADD waits for what is leaving it. */
	ret = cni_nft_stays(nft, &portmap_bridges, release.key, reterr);
	return ret > 0 ? release_all(nft, &release, PORTMAP_DELETE, reterr)
		       : ret;
}

static int take_bridge(const struct cni_nft_element *element, void *data)
{
	struct portmap_removal *bridges = data;

	if (!element) {
		bridges->count = 0;
		return 0;
	}
	return element->lifetime_ms
		       ? 0
		       : portmap_removal_add(bridges, &portmap_bridges,
					     element);
}

int portmap_localnet_sweep(struct cni_nft *nft, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_removal) struct portmap_removal bridges = { 0 };
	struct cni_error err = { 0 };
	char bridge[IFNAMSIZ];
	int first;

	first = cni_nft_list_elements(nft, &portmap_bridges, take_bridge,
				      &bridges, reterr);
	if (first == -ENOENT)
		return 0;
	for (size_t i = 0; first == 0 && i < bridges.count; i++) {
		memcpy(bridge, bridges.items[i].key, sizeof(bridge));
		bridge[IFNAMSIZ - 1] = '\0';
		first = cni_error_gather(
			first, reterr,
			portmap_localnet_release(nft, bridge, &err), &err);
	}
	return first;
}
