/* SPDX-License-Identifier: Apache-2.0 */
/* netns_lock.c - one at a time in a network namespace */
#include <errno.h>
#include <fcntl.h>

#include "cni/cleanup.h"
#include "cni/lock.h"
#include "cni/netns_lock.h"

int cni_netns_lock(int operation, int *ret_fd, struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	int ret = 0;

	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ret = -errno;
	else
		ret = cni_lock(fd, operation, CNI_NETNS_LOCK_TIMEOUT_S);
	if (ret < 0)
		return cni_error_errno(reterr,
				       ret == -EWOULDBLOCK ? CNI_CODE_TRY_AGAIN
							   : CNI_CODE_INTERNAL,
				       -ret, "lock the network namespace");
	*ret_fd = cni_take_fd(&fd);
	return 0;
}
