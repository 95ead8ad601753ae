/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masq_world.h - two bridges with pods, and a peer beyond the uplink
 *
 *	pod1 10.1.0.2 fd00:1::2 \                               lan 192.0.2.2
 *	pod2 10.1.0.3 fd00:1::3 - br0 10.1.0.1 -- (host) -- up0 192.0.2.1
 *	podx 10.2.0.2 fd00:2::2 - br1 10.2.0.1      2001:db8::1 - 2001:db8::2
 *
 * lan routes the pods' addresses back through the host, so that a packet which
 * was not masqueraded is answered, too; echo servers on every end tell their
 * peer's address (TCP port 9000).
 */
#ifndef TEST_MASQ_WORLD_H
#define TEST_MASQ_WORLD_H

#include <stdbool.h>

/* world_setup(), world_teardown() - fixtures of cmocka */
int world_setup(void **state);
int world_teardown(void **state);

/*
 * assert_seen() - connect and ask for the address the server saw
 * @netns: where the client is
 * @destination: address of the server
 * @want: what it must be; "" for: no connection
 */
void assert_seen(const char *netns, const char *destination, const char *want);

/*
 * send_invalid() - one TCP segment that connection tracking calls invalid
 * @netns: where it comes from, by its IPv4 address
 * @source: IPv4 source address
 * @destination: IPv4 address
 */
void send_invalid(const char *netns, const char *source,
		  const char *destination);

#endif /* TEST_MASQ_WORLD_H */
