/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - from attachment to leases without reading every lease
 *
 * DOC: Theory of Operation
 *
 * The lease files say everything, but to find an attachment's leases among
 * 60,000 one would have to read 60,000 files, as the Go plugin does.  The file
 * `.index` beside them is a hash table from container id to address.  It is a
 * cache: what it says is looked up in the lease file before it is believed, it
 * is made anew whenever it might be incomplete, and losing it costs one scan.
 *
 * Is it complete?  Others change the directory, too: the Go plugin, a person,
 * a run of ours that was killed.  Whoever makes or removes a file changes the
 * directory's mtime.  So after each change of our own the directory's mtime is
 * set to the current time in nanoseconds, a value that the kernel, whose own
 * time stamps stand still for milliseconds, does not produce, and it is noted
 * in the index with the directory's ctime.  As long as the directory shows
 * these two, no entry was made or removed by anybody else.  A file system that
 * does not keep nanoseconds never shows them: then every run scans.
 *
 * The index is never flushed to disk.  It counts only in the boot that it was
 * written in: after a power failure its pages may be of different ages.
 *
 * Layout: a header, at HL_INDEX_BLOCK bytes the table: slots of 32 bytes in
 * open addressing with linear probing.  Byte order and alignment are the
 * machine's.  All is done under the network's lock.
 */
#ifndef HOST_LOCAL_INDEX_H
#define HOST_LOCAL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cni/ip.h"

#include "lease.h"

#define HL_INDEX_NAME  ".index"
#define HL_INDEX_BLOCK 4096

/**
 * enum hl_slot_state - what a slot of the table holds
 * @HL_SLOT_EMPTY: nothing, ever: a search ends here
 * @HL_SLOT_FULL: a lease with container id and interface name
 * @HL_SLOT_ID_ONLY: a lease in the old format
 * @HL_SLOT_FOREIGN: an address in use by nobody that we know
 * @HL_SLOT_DELETED: nothing any more
 */
enum hl_slot_state {
	HL_SLOT_EMPTY,
	HL_SLOT_FULL,
	HL_SLOT_ID_ONLY,
	HL_SLOT_FOREIGN,
	HL_SLOT_DELETED,
};

/**
 * struct hl_slot - one address of the table, on disk
 * @id_hash: of the container id; its position depends on it
 * @ifname_hash: of the interface name; 0 unless HL_SLOT_FULL
 * @family: AF_INET or AF_INET6
 * @state: enum hl_slot_state
 * @unused: zero
 * @addr: bytes of the address
 */
struct hl_slot {
	uint64_t id_hash;
	uint32_t ifname_hash;
	uint8_t family;
	uint8_t state;
	uint8_t unused[2];
	uint8_t addr[16];
};

#define HL_INDEX_BLOCK_SLOTS (HL_INDEX_BLOCK / sizeof(struct hl_slot))

/**
 * struct hl_index_header - beginning of the file
 * @magic: "CNIHLIX" and a version
 * @bits: the table has 1 << @bits slots
 * @slot_size: of struct hl_slot
 * @used: slots that hold an address
 * @deleted: slots of HL_SLOT_DELETED
 * @boot_id: boot in which it was written
 * @dev: the directory's device
 * @ino: the directory's inode
 * @mtime_sec: the stamp, as long as nobody else changed the directory
 * @mtime_nsec: nanoseconds of it
 * @ctime_sec: what ctime setting the stamp gave
 * @ctime_nsec: nanoseconds of it
 * @checksum: of all before
 */
struct hl_index_header {
	char magic[8];
	uint32_t bits;
	uint32_t slot_size;
	uint64_t used;
	uint64_t deleted;
	char boot_id[40];
	uint64_t dev;
	uint64_t ino;
	int64_t mtime_sec;
	int64_t mtime_nsec;
	int64_t ctime_sec;
	int64_t ctime_nsec;
	uint64_t checksum;
};

/**
 * struct hl_index - the index of an open directory
 * @dir: the directory; borrowed
 * @fd: the file, or -1 when it cannot be used
 * @complete: the table holds every lease
 * @rewrite: the table in memory is to be written as a whole
 * @header: of the file, updated
 * @slots: the whole table, or NULL: it is read by blocks
 * @block: slots read last
 * @block_number: which; UINT64_MAX for none
 */
struct hl_index {
	int dir;
	int fd;
	bool complete;
	bool rewrite;
	struct hl_index_header header;
	struct hl_slot *slots;
	struct hl_slot block[HL_INDEX_BLOCK_SLOTS];
	uint64_t block_number;
};

/**
 * hl_index_open() - look whether there is an index that is complete
 * @index: filled; free with hl_index_done()
 * @dir: the directory
 * @status: of @dir, before anything in it was changed
 *
 * Every failure just means that there is none.
 */
void hl_index_open(struct hl_index *index, int dir, const struct stat *status);

/**
 * hl_index_is_current() - is the file still the one that was opened?
 *
 * Return: true when neither the directory nor the header has changed since.
 */
bool hl_index_is_current(const struct hl_index *index);

/** hl_index_done() - free memory and close the file; nothing is written */
void hl_index_done(struct hl_index *index);

/**
 * hl_index_begin() - start over with an empty table in memory
 *
 * Return: 0 or -ENOMEM.
 */
int hl_index_begin(struct hl_index *index);

/**
 * hl_index_load() - read the whole table into memory
 *
 * Return: 0; -ENOMEM; -EIO the file is not what it should be.
 */
int hl_index_load(struct hl_index *index);

/**
 * hl_index_insert() - add an address
 * @index: the index
 * @state: what it is
 * @owner: whose; ignored for HL_SLOT_FOREIGN
 * @addr: the address
 *
 * Return: 0; -ENOMEM; -EIO: the index is not complete any more.
 */
int hl_index_insert(struct hl_index *index, enum hl_slot_state state,
		    const struct hl_owner *owner, const struct cni_addr *addr);

/**
 * hl_index_remove() - forget an address
 * @index: the index
 * @owner: whose it was
 * @addr: the address; nothing happens when it is not in the table
 *
 * Return: 0; -EIO: the index is not complete any more.
 */
int hl_index_remove(struct hl_index *index, const struct hl_owner *owner,
		    const struct cni_addr *addr);

/**
 * hl_index_find() - slots that may be of an attachment
 * @index: the index
 * @owner: container id and interface name
 * @seen: called with each lease of (id, ifname) and each of the id in the old
 *	format; hashes can be equal by chance, so the lease has to be read
 * @context: handed to @seen
 *
 * Return: 0; -EIO; what @seen returned when that is not 0.
 */
int hl_index_find(struct hl_index *index, const struct hl_owner *owner,
		  int (*seen)(const struct hl_slot *slot, void *context),
		  void *context);

/** hl_index_count() - addresses in the table */
uint64_t hl_index_count(const struct hl_index *index);

/** hl_slot_addr() - the address of a slot */
struct cni_addr hl_slot_addr(const struct hl_slot *slot);

/**
 * hl_index_commit() - note that the table is complete
 * @index: the index
 *
 * Sets the directory's mtime and writes what is to be written.  Failures
 * leave an index that the next run does not believe.
 */
void hl_index_commit(struct hl_index *index);

#endif /* HOST_LOCAL_INDEX_H */
