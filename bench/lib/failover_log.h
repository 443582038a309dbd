/* What a probe saw, in a file that others map while it is written: a header of 64 bytes whose first eight count the records ever
 * written, then a ring of records. One writer; the count is stored last, so a reader sees no half record. Times are CLOCK_MONOTONIC,
 * which all network namespaces of a machine share. */
#ifndef FAILOVER_LOG_H
#define FAILOVER_LOG_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signal.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { LOG_RECORDS = 1 << 19 };

struct record {
    int64_t ns;
    int32_t value;
    char kind;
    char node;
    char pad[2];
};

struct log {
    uint64_t count;
    char pad[56];
    struct record ring[LOG_RECORDS];
};

static struct log *the_log;

static void fail(const char *what) { perror(what); exit(1); }

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void open_log(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *the_log) < 0) fail(path);
    the_log = mmap(NULL, sizeof *the_log, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (the_log == MAP_FAILED) fail("mmap");
    close(fd);
}

static void note(int64_t ns, char kind, char node, int64_t value) {
    struct record *one = &the_log->ring[the_log->count % LOG_RECORDS];
    *one = (struct record){ .ns = ns, .kind = kind, .node = node, .value = value > INT32_MAX ? INT32_MAX : (int32_t)value };
    __atomic_store_n(&the_log->count, the_log->count + 1, __ATOMIC_RELEASE);
}

/* The probe measures the nodes and must not be what is late: before everything else where that is permitted, gone with its starter always. */
static void become_probe(void) {
    struct sched_param urgent = { .sched_priority = 60 };
    sched_setscheduler(0, SCHED_FIFO, &urgent);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    mlockall(MCL_CURRENT);
}

static void watch(int epoll, int fd, uint32_t events, uint64_t data) {
    struct epoll_event wanted = { .events = events, .data.u64 = data };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted) < 0) fail("epoll_ctl");
}

static struct sockaddr_in address_of(const char *text, const char *port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1) { fprintf(stderr, "not an IPv4 address: %s\n", text); exit(2); }
    return address;
}

static int open_netlink(uint32_t groups) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE), size = 1 << 20;
    struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_groups = groups };
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0) fail("netlink");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
}
#endif
