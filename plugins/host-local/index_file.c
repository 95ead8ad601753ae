/* SPDX-License-Identifier: Apache-2.0 */
/* index_file.c - the index's file: is it complete, and making it so */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cni/file.h"

#include "index.h"
#include "index_file.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* 1 << 32 slots are 128 GiB: no directory has so many leases. */
#define BITS_MAX 32

static const char magic[8] = "CNIHLIX\1";

static int transfer(int fd, uint64_t offset, char *in, const char *out,
		    size_t len)
{
	while (len) {
		ssize_t got = in ? pread(fd, in, len, (off_t)offset)
				 : pwrite(fd, out, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -EIO;
		offset += (uint64_t)got;
		len -= (size_t)got;
		if (in)
			in += got;
		else
			out += got;
	}
	return 0;
}

int hl_index_read(const struct hl_index *index, uint64_t offset, void *bytes,
		  size_t len)
{
	return transfer(index->fd, HL_INDEX_BLOCK + offset, bytes, NULL, len);
}

int hl_index_write(const struct hl_index *index, uint64_t offset,
		   const void *bytes, size_t len)
{
	return transfer(index->fd, HL_INDEX_BLOCK + offset, NULL, bytes, len);
}

static int read_boot_id(char text[static 40])
{
	ssize_t got;

	memset(text, 0, 40);
	got = cni_read_file_at(AT_FDCWD, BOOT_ID, text, 40);
	return got < 0 ? (int)got : 0;
}

static uint64_t checksum(const struct hl_index_header *header)
{
	return hl_index_hash(header,
			     offsetof(struct hl_index_header, checksum));
}

/* Was the directory left as it is by the run that wrote the header? */
static bool matches(const struct hl_index_header *header,
		    const struct stat *status)
{
	return header->dev == status->st_dev && header->ino == status->st_ino &&
	       header->mtime_sec == status->st_mtim.tv_sec &&
	       header->mtime_nsec == status->st_mtim.tv_nsec &&
	       header->ctime_sec == status->st_ctim.tv_sec &&
	       header->ctime_nsec == status->st_ctim.tv_nsec;
}

static bool is_sound(const struct hl_index_header *header)
{
	return memcmp(header->magic, magic, sizeof(magic)) == 0 &&
	       header->slot_size == sizeof(struct hl_slot) &&
	       header->bits <= BITS_MAX &&
	       (UINT64_C(1) << header->bits) >= HL_INDEX_BLOCK_SLOTS &&
	       header->checksum == checksum(header);
}

static bool is_of_this_boot(const struct hl_index_header *header)
{
	char boot_id[sizeof(header->boot_id)];

	return read_boot_id(boot_id) == 0 &&
	       memcmp(header->boot_id, boot_id, sizeof(boot_id)) == 0;
}

void hl_index_open(struct hl_index *index, int dir, const struct stat *status)
{
	struct hl_index_header *header = &index->header;

	index->dir = dir;
	index->complete = false;
	index->rewrite = false;
	index->slots = NULL;
	index->block_number = UINT64_MAX;
	index->fd = openat(dir, HL_INDEX_NAME,
			   O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (index->fd < 0)
		return;
	if (transfer(index->fd, 0, (char *)header, NULL, sizeof(*header)) == 0)
		index->complete = is_sound(header) && matches(header, status) &&
				  is_of_this_boot(header);
}

bool hl_index_is_current(const struct hl_index *index)
{
	struct hl_index_header now;
	struct stat status;

	return index->complete && !index->rewrite &&
	       fstat(index->dir, &status) == 0 &&
	       matches(&index->header, &status) &&
	       transfer(index->fd, 0, (char *)&now, NULL, sizeof(now)) == 0 &&
	       memcmp(&now, &index->header, sizeof(now)) == 0;
}

void hl_index_done(struct hl_index *index)
{
	if (index->fd >= 0)
		(void)close(index->fd);
	free(index->slots);
	index->fd = -1;
	index->slots = NULL;
	index->complete = false;
}

static int write_header(const struct hl_index *index,
			const struct hl_index_header *header)
{
	return transfer(index->fd, 0, NULL, (const char *)header,
			sizeof(*header));
}

static int write_table(struct hl_index *index)
{
	static const struct hl_index_header none;
	size_t size = sizeof(*index->slots) << index->header.bits;

	if (index->fd < 0)
		index->fd = openat(index->dir, HL_INDEX_NAME,
				   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (index->fd < 0)
		return -errno;
	/* Whoever dies in between leaves a header that nobody believes. */
	if (write_header(index, &none) ||
	    hl_index_write(index, 0, index->slots, size))
		return -EIO;
	return ftruncate(index->fd, (off_t)(HL_INDEX_BLOCK + size)) ? -errno
								    : 0;
}

/*
 * The present time, but not a value that the kernel gives by itself: its time
 * stamps are those of the last tick.  And never whole seconds, so that a file
 * system that keeps only these does not keep the stamp.
 */
static struct timespec make_stamp(void)
{
	struct timespec now = { 0 };
	struct timespec tick = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_REALTIME_COARSE, &tick);
	if (now.tv_nsec == tick.tv_nsec)
		now.tv_nsec ^= 1;
	if (now.tv_nsec == 0)
		now.tv_nsec = 2;
	return now;
}

static int stamp_directory(struct hl_index *index)
{
	struct hl_index_header *header = &index->header;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	struct stat status;

	times[1] = make_stamp();
	if (futimens(index->dir, times) || fstat(index->dir, &status))
		return -errno;
	header->dev = status.st_dev;
	header->ino = status.st_ino;
	header->mtime_sec = times[1].tv_sec;
	header->mtime_nsec = times[1].tv_nsec;
	header->ctime_sec = status.st_ctim.tv_sec;
	header->ctime_nsec = status.st_ctim.tv_nsec;
	return 0;
}

void hl_index_commit(struct hl_index *index)
{
	struct hl_index_header *header = &index->header;

	if (!index->complete)
		return;
	if (index->rewrite) {
		memcpy(header->magic, magic, sizeof(magic));
		header->slot_size = sizeof(struct hl_slot);
		if (read_boot_id(header->boot_id) || write_table(index))
			return;
		index->rewrite = false;
	}
	if (stamp_directory(index))
		return;
	header->checksum = checksum(header);
	(void)write_header(index, header);
}
