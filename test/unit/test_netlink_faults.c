/* SPDX-License-Identifier: Apache-2.0 */
/* test_netlink_faults.c - the transport against a kernel that misbehaves */
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "cni/netlink.h"
#include "table.h"

#define OBJECT 100
#define PORTID 4711

/* What the next calls of recvmsg() do. */
struct step {
	int err;	 /* fail with this */
	uint16_t type;	 /* a message of this type ... */
	uint16_t flags;	 /* ... and flags ... */
	uint32_t index;	 /* ... that answers this message of the request */
	int error;	 /* payload: errno of an ack or of the end of a dump */
	uint32_t sender; /* port id it came from; 0 is the kernel */
	uint32_t portid; /* whom it answers; 0 for us */
	bool truncated;
	const char *words; /* extended ack */
};

static const struct step *script;
static size_t script_len;
static size_t script_place;
static int sends;
static uint32_t first_seq;
static struct cni_nl nl = { .fd = -1, .portid = PORTID };

static void play(const struct step *steps, size_t count)
{
	script = steps;
	script_len = count;
	script_place = 0;
	sends = 0;
}

#define PLAY(steps) play(steps, sizeof(steps) / sizeof((steps)[0]))

/* These replace the C library's. */
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct nlmsghdr *header = msg->msg_iov[0].iov_base;

	(void)fd;
	(void)flags;
	first_seq = header->nlmsg_seq;
	sends++;
	return (ssize_t)msg->msg_iov[0].iov_len;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds;
	(void)count;
	(void)timeout;
	return 0;
}

/* An ack's or a dump end's payload, with the kernel's words if there are any */
static size_t put_payload(uint8_t *place, const struct step *step)
{
	struct nlattr attr = { .nla_type = NLMSGERR_ATTR_MSG };
	size_t len = step->type == NLMSG_ERROR ? sizeof(struct nlmsgerr)
					       : sizeof(int);

	memset(place, 0, len);
	memcpy(place, &step->error, sizeof(step->error));
	if (step->words) {
		attr.nla_len = (uint16_t)(4 + strlen(step->words) + 1);
		memcpy(place + len, &attr, 4);
		memcpy(place + len + 4, step->words, strlen(step->words) + 1);
		len += attr.nla_len;
	}
	return len;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	const struct step *step = &script[script_place];
	struct sockaddr_nl *from = msg->msg_name;
	struct nlmsghdr *header = msg->msg_iov[0].iov_base;

	(void)fd;
	(void)flags;
	if (script_place == script_len) {
		errno = EAGAIN;
		return -1;
	}
	script_place++;
	errno = step->err;
	if (step->err)
		return -1;
	memset(header, 0, sizeof(*header));
	header->nlmsg_type = step->type;
	header->nlmsg_flags = step->flags;
	if (step->words)
		header->nlmsg_flags |= NLM_F_ACK_TLVS | NLM_F_CAPPED;
	header->nlmsg_seq = first_seq + step->index;
	header->nlmsg_pid = step->portid ? step->portid : PORTID;
	header->nlmsg_len = (uint32_t)sizeof(*header);
	header->nlmsg_len +=
		(uint32_t)put_payload((uint8_t *)(header + 1), step);
	from->nl_pid = step->sender;
	msg->msg_flags = step->truncated ? MSG_TRUNC : 0;
	return (ssize_t)header->nlmsg_len;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	(void)fd;
	(void)level;
	(void)option;
	(void)value;
	(void)len;
	return 0;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	(void)fd;
	(void)bytes;
	(void)size;
	(void)flags;
	errno = EAGAIN;
	return -1;
}

/* Counts objects; [1] counts how often the list was emptied. */
static int count_object(const struct nlmsghdr *message, void *data)
{
	int *counts = data;

	if (message) {
		counts[0]++;
	} else {
		counts[0] = 0;
		counts[1]++;
	}
	return 0;
}

static int dump(int counts[static 2], struct cni_error *err)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, 18, 0, 4);
	return cni_nl_dump(&nl, &req, count_object, counts, err);
}

static int talk(unsigned int messages, unsigned int *ret_failed,
		struct cni_error *err)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	/* As an nf_tables batch: the first one is not acknowledged. */
	(void)cni_nl_begin_unacked(&req, 16, 0, 4);
	while (messages-- > 0)
		(void)cni_nl_begin(&req, 18, 0, 4);
	ret = cni_nl_talk(&nl, &req, NULL, NULL, err);
	*ret_failed = req.failed;
	return ret;
}

static void an_interrupted_dump_starts_over_with_an_empty_list(void **state)
{
	static const struct step steps[] = {
		{ .type = OBJECT },
		{ .type = OBJECT, .flags = NLM_F_DUMP_INTR },
		{ .type = NLMSG_DONE, .flags = NLM_F_DUMP_INTR },
		{ .type = OBJECT },
		{ .type = OBJECT },
		{ .type = NLMSG_DONE },
	};
	int counts[2] = { 0 };

	(void)state;
	PLAY(steps);
	assert_int_equal(dump(counts, NULL), 0);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 2);
	assert_int_equal(sends, 2);
}

static void a_dump_interrupted_fifty_times_is_given_up(void **state)
{
	struct step steps[51] = { 0 };
	struct cni_error err;
	int counts[2] = { 0 };

	(void)state;
	for (int i = 0; i < 51; i++) {
		steps[i].type = NLMSG_DONE;
		steps[i].flags = i < 50 ? NLM_F_DUMP_INTR : 0;
	}
	PLAY(steps);
	assert_int_equal(dump(counts, &err), -EAGAIN);
	assert_error(&err, CNI_CODE_TRY_AGAIN,
		     "the kernel's list kept changing while it was read 50 "
		     "times, try again later");
	assert_int_equal(sends, 50);
}

static void a_dump_can_fail_at_its_end(void **state)
{
	static const struct step steps[] = {
		{ .type = OBJECT },
		{ .type = NLMSG_DONE, .error = -ENOENT, .words = "no table" },
	};
	struct cni_error err;
	int counts[2] = { 0 };

	(void)state;
	PLAY(steps);
	assert_int_equal(dump(counts, &err), -ENOENT);
	assert_error(&err, 999, "No such file or directory");
	assert_string_equal(err.details, "no table");
}

static void a_refused_dump_ends_at_once(void **state)
{
	static const struct step steps[] = {
		{ .type = NLMSG_ERROR, .error = -EOPNOTSUPP },
	};
	int counts[2] = { 0 };

	(void)state;
	PLAY(steps);
	assert_int_equal(dump(counts, NULL), -EOPNOTSUPP);
}

static void answers_to_others_are_not_ours(void **state)
{
	static const struct step steps[] = {
		/* forged by a process; for another socket; of another request
		 */
		{ .type = NLMSG_ERROR, .index = 1, .error = -EIO, .sender = 9 },
		{ .type = NLMSG_ERROR, .index = 1, .error = -EIO, .portid = 9 },
		{ .type = NLMSG_ERROR, .index = 2, .error = -EIO },
		{ .type = NLMSG_ERROR, .index = UINT32_MAX, .error = -EIO },
		{ .err = EINTR },
		{ .type = NLMSG_NOOP },
		{ .type = NLMSG_ERROR, .index = 1 },
	};
	unsigned int failed;

	(void)state;
	PLAY(steps);
	assert_int_equal(talk(1, &failed, NULL), 0);
	assert_int_equal(script_place, script_len);
}

static void the_first_refusal_counts_and_all_acks_are_awaited(void **state)
{
	static const struct step steps[] = {
		{ .type = NLMSG_ERROR, .index = 1 },
		{ .type = NLMSG_ERROR,
		  .index = 2,
		  .error = -EEXIST,
		  .words = "the kernel's words" },
		{ .type = NLMSG_ERROR, .index = 3, .error = -EIO },
	};
	struct cni_error err;
	unsigned int failed;

	(void)state;
	PLAY(steps);
	assert_int_equal(talk(3, &failed, &err), -EEXIST);
	assert_int_equal(failed, 2);
	assert_error(&err, 999, "File exists");
	assert_string_equal(err.details, "the kernel's words");
	assert_int_equal(script_place, script_len);
}

static void a_batch_refused_as_a_whole_ends_at_once(void **state)
{
	static const struct step steps[] = {
		{ .type = NLMSG_ERROR, .index = 0, .error = -ERESTART },
	};
	unsigned int failed;

	(void)state;
	PLAY(steps);
	assert_int_equal(talk(3, &failed, NULL), -ERESTART);
	assert_int_equal(failed, 0);
}

static void lost_messages_mean_try_again(void **state)
{
	static const struct step lost[] = { { .err = ENOBUFS } };
	static const struct step overrun[] = {
		{ .type = NLMSG_OVERRUN, .index = 1 },
	};
	struct cni_error err;
	unsigned int failed;

	(void)state;
	PLAY(lost);
	assert_int_equal(talk(1, &failed, &err), -ENOBUFS);
	assert_int_equal(err.code, CNI_CODE_TRY_AGAIN);
	/* No message was refused. */
	assert_int_equal(failed, 2);
	PLAY(overrun);
	assert_int_equal(talk(1, &failed, &err), -ENOBUFS);
	assert_int_equal(err.code, CNI_CODE_TRY_AGAIN);
}

static void a_kernel_that_does_not_answer_hangs_nobody(void **state)
{
	struct cni_error err;
	unsigned int failed;

	(void)state;
	play(NULL, 0);
	assert_int_equal(talk(1, &failed, &err), -ETIMEDOUT);
	assert_string_equal(err.msg,
			    "netlink: receive answer: Connection timed out");
}

static void an_answer_that_does_not_fit_is_an_error(void **state)
{
	static const struct step steps[] = {
		{ .type = OBJECT, .index = 1, .truncated = true },
	};
	unsigned int failed;

	(void)state;
	PLAY(steps);
	assert_int_equal(talk(1, &failed, NULL), -EMSGSIZE);
}

static int free_buffer(void **state)
{
	(void)state;
	nl.portid = 0;
	cni_nl_close(&nl);
	return 0;
}

/* The condition holds when asked for the third time. */
static int third_time(struct cni_nl *socket, void *data,
		      struct cni_error *reterr)
{
	unsigned int failed;
	int *looks = data;

	(void)socket;
	assert_int_equal(talk(1, &failed, reterr), 0);
	return ++*looks == 3;
}

static int any_event(const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	return 1;
}

static void an_event_inside_an_answer_is_not_missed(void **state)
{
	static const struct step steps[] = {
		{ .type = NLMSG_ERROR },
		/* The second look, subscribed: no event follows it. */
		{ .type = OBJECT, .portid = 1 },
		{ .type = NLMSG_ERROR },
		{ .type = NLMSG_ERROR },
	};
	int looks = 0;
	const struct cni_nl_watch watch = {
		.group = 1,
		.look = third_time,
		.about = any_event,
		.data = &looks,
	};

	(void)state;
	PLAY(steps);
	assert_int_equal(
		cni_nl_await(&nl, &watch, cni_nl_now_ms() + 1000, NULL), 0);
	assert_int_equal(looks, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_interrupted_dump_starts_over_with_an_empty_list),
		cmocka_unit_test(a_dump_interrupted_fifty_times_is_given_up),
		cmocka_unit_test(a_dump_can_fail_at_its_end),
		cmocka_unit_test(a_refused_dump_ends_at_once),
		cmocka_unit_test(answers_to_others_are_not_ours),
		cmocka_unit_test(
			the_first_refusal_counts_and_all_acks_are_awaited),
		cmocka_unit_test(a_batch_refused_as_a_whole_ends_at_once),
		cmocka_unit_test(lost_messages_mean_try_again),
		cmocka_unit_test(a_kernel_that_does_not_answer_hangs_nobody),
		cmocka_unit_test(an_event_inside_an_answer_is_not_missed),
		cmocka_unit_test(an_answer_that_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, free_buffer);
}
