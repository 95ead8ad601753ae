/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result.h - the result of ADD, in every version's shape
 *
 * DOC: Theory of Operation
 *
 * Inside the suite a result is always of the newest shape (1.1.0).
 * cni_result_from_json() reads any version's shape, cni_result_to_json() writes
 * any version's; the rules of what gets lost on the way down are those of the
 * Go library (containernetworking/cni pkg/types/{020,040,100}).
 */
#ifndef CNI_RESULT_H
#define CNI_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/json.h"
#include "cni/version.h"

/**
 * struct cni_result_interface - one entry of `interfaces`
 * @name: interface name; "" when absent
 * @mac: lower-case, colons; "" when absent
 * @mtu: bytes; 0 when absent
 * @sandbox: CNI_NETNS as the runtime gave it; "" for the host
 * @socket_path: "" when absent
 * @pci_id: "" when absent
 *
 * All strings are allocated and owned by the result; NULL counts as "".
 */
struct cni_result_interface {
	char *name;
	char *mac;
	int64_t mtu;
	char *sandbox;
	char *socket_path;
	char *pci_id;
};

/**
 * value of cni_result_ip.interface when the entry names none; other negative
 * numbers and numbers beyond the list can come from a previous plugin and are
 * handed on as they are
 */
#define CNI_RESULT_NO_INTERFACE INT64_MIN

/**
 * struct cni_result_ip - one entry of `ips`
 * @interface: index into `interfaces`, unchecked, or CNI_RESULT_NO_INTERFACE;
 *	see cni_result_ip_interface()
 * @address: with host bits; unset when absent
 * @gateway: may be unset
 */
struct cni_result_ip {
	int64_t interface;
	struct cni_prefix address;
	struct cni_addr gateway;
};

/**
 * struct cni_route - one entry of `routes`, also of an IPAM configuration
 * @has_dst: dst was given and not null
 * @dst: destination, with host bits as given
 * @gw: next hop; may be unset
 * @mtu: bytes; 0 when absent
 * @advmss: bytes; 0 when absent
 * @priority: metric; 0 when absent
 * @has_table: table was given
 * @table: routing table id
 * @has_scope: scope was given
 * @scope: RT_SCOPE_* number
 */
struct cni_route {
	bool has_dst;
	struct cni_prefix dst;
	struct cni_addr gw;
	int64_t mtu;
	int64_t advmss;
	int64_t priority;
	bool has_table;
	int64_t table;
	bool has_scope;
	int64_t scope;
};

/**
 * struct cni_string_list - an owned list of owned strings
 * @items: the strings
 * @count: how many
 * @present: the list was there, even when empty ([] differs from absent)
 */
struct cni_string_list {
	char **items;
	size_t count;
	bool present;
};

/**
 * struct cni_dns - the dns member of results and network configurations
 * @nameservers: addresses as text, not validated
 * @domain: NULL counts as ""
 * @search: search domains
 * @options: resolver options
 */
struct cni_dns {
	struct cni_string_list nameservers;
	char *domain;
	struct cni_string_list search;
	struct cni_string_list options;
};

/**
 * struct cni_result - a result; zero-initialise before use
 * @legacy: was read from the shape of 0.1.0 or 0.2.0, so that it can be written
 *	in that shape again even if it has no address
 */
struct cni_result {
	struct cni_result_interface *interfaces;
	size_t interface_count;
	struct cni_result_ip *ips;
	size_t ip_count;
	struct cni_route *routes;
	size_t route_count;
	struct cni_dns dns;
	bool legacy;
};

/** cni_result_done() - free what the result owns; it is empty afterwards */
void cni_result_done(struct cni_result *result);

/** cni_dns_done() - free what it owns; it is empty afterwards */
void cni_dns_done(struct cni_dns *dns);

/** cni_string_list_done() - free the list; it is empty afterwards */
void cni_string_list_done(struct cni_string_list *list);

CNI_DEFINE_CLEANUP(result, struct cni_result, cni_result_done);
CNI_DEFINE_CLEANUP(dns, struct cni_dns, cni_dns_done);
CNI_DEFINE_CLEANUP(string_list, struct cni_string_list, cni_string_list_done);

/**
 * cni_result_add_interface() - append an interface
 * @result: the result
 * @name: copied
 * @mac: copied; NULL or "" for none
 * @sandbox: copied; NULL or "" for the host
 *
 * Return: its index (0 or more), or -ENOMEM.
 */
int cni_result_add_interface(struct cni_result *result, const char *name,
			     const char *mac, const char *sandbox);

/** cni_result_add_ip() - append a copy of @ip; Return: 0 or -ENOMEM */
int cni_result_add_ip(struct cni_result *result,
		      const struct cni_result_ip *ip);

/** cni_result_add_route() - append a copy of @route; Return: 0 or -ENOMEM */
int cni_result_add_route(struct cni_result *result,
			 const struct cni_route *route);

/**
 * cni_result_ip_interface() - the interface that an address belongs to
 * @result: the result
 * @ip: one of its addresses
 *
 * Return: borrowed from @result; NULL when @ip names none or one that is not
 * there.
 */
const struct cni_result_interface *
cni_result_ip_interface(const struct cni_result *result,
			const struct cni_result_ip *ip);

/** cni_string_list_add() - append a copy of @text; Return: 0 or -ENOMEM */
int cni_string_list_add(struct cni_string_list *list, const char *text);

/**
 * cni_result_set_string() - replace an owned string by a copy
 * @slot: the string; freed first
 * @text: NULL is ""
 *
 * Return: 0 or -ENOMEM.
 */
int cni_result_set_string(char **slot, const char *text);

/** cni_dns_is_empty() - is there nothing in it to print? */
bool cni_dns_is_empty(const struct cni_dns *dns);

/** cni_dns_copy() - deep copy; @ret_dns is empty before. Return: 0, -ENOMEM */
int cni_dns_copy(const struct cni_dns *dns, struct cni_dns *ret_dns);

/**
 * cni_dns_decode() - read a dns object (CNI_JSON_CUSTOM decoder)
 * @value: the object
 * @dns: a struct cni_dns; a list that @value has replaces the one in it
 * @reterr: code 7
 *
 * On failure @dns is partly filled.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int cni_dns_decode(json_object *value, void *dns, struct cni_error *reterr);

/**
 * cni_route_decode() - read one route object
 * @value: the object
 * @route: a struct cni_route, zeroed
 * @reterr: code 7
 *
 * For cni_json_decode_array(): an array of routes is decoded by
 * `cni_json_decode_array(value, sizeof(struct cni_route), cni_route_decode,
 * &routes, &count, reterr)`.
 *
 * Return: 0 or -EINVAL.
 */
int cni_route_decode(json_object *value, void *route, struct cni_error *reterr);

/**
 * cni_result_from_json() - read a result of any version
 * @object: the result; NULL (a JSON null) is an empty one
 * @default_version: version assumed when the result names none; NULL and ""
 *	are 0.1.0
 * @ret_result: filled; empty before, and empty again on failure
 * @reterr: code 6 (999 for an unknown version), naming what is wrong
 *
 * null entries in lists are errors, never crashes.
 *
 * Return: 0; -EINVAL; -EPROTONOSUPPORT unknown version; -ENOMEM.
 */
int cni_result_from_json(json_object *object, const char *default_version,
			 struct cni_result *ret_result,
			 struct cni_error *reterr);

/**
 * cni_result_prev() - read the prevResult member of a configuration
 * @conf: the whole network configuration
 * @conf_version: its cniVersion
 * @ret_result: filled; empty before, and empty again on failure
 * @reterr: code 7; the text of the Go library ("could not parse prevResult:
 * ...")
 *
 * A prevResult that names its version must be of the config's version family
 * {0.1.0 0.2.0}, {0.3.0 0.3.1 0.4.0}, {1.0.0 1.1.0}.
 *
 * Return: 0; -ENOENT absent or null; -EINVAL; -EPROTONOSUPPORT; -ENOMEM.
 */
int cni_result_prev(json_object *conf, const char *conf_version,
		    struct cni_result *ret_result, struct cni_error *reterr);

/**
 * cni_result_to_json() - write a result in a version's shape
 * @result: the result
 * @version: the shape
 * @ret_object: owned
 * @reterr: `cannot convert: no valid IP addresses` (0.1.0 and 0.2.0), -ENOMEM
 *
 * Return: 0; -EINVAL cannot be expressed in that version; -ENOMEM.
 */
int cni_result_to_json(const struct cni_result *result,
		       enum cni_version version, json_object **ret_object,
		       struct cni_error *reterr);

#endif /* CNI_RESULT_H */
