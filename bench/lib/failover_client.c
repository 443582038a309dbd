/* A client that asks every millisecond: failover_client ADDRESS PORT FILE
 *
 * Each tick sends one UDP datagram and opens one TCP connection; a connection without an answer is given up after 512 ticks. FILE gets a
 * record for each answer ('u', 't', with the name of the node that gave it and the microseconds it took), for a refused connection ('r'),
 * for a new hardware address of ADDRESS among this machine's neighbours ('n'), and for ticks that this program itself missed ('l', their
 * number). It never touches the neighbour table: what the nodes announce is what it knows. */
#include "failover_log.h"
#include <netinet/tcp.h>

enum { PENDING = 512, TICK_NS = 1000000 };
enum { TICK = PENDING, UDP, NEIGHBOURS };

struct attempt { int fd; int64_t begun; };

static struct attempt attempts[PENDING];
static struct sockaddr_in target;
static int epoll;
static char known[6];

/* With a reset, so that no port of this machine waits a minute for late segments. */
static void end(struct attempt *one) {
    struct linger reset = { .l_onoff = 1 };
    if (one->fd < 0) return;
    setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(one->fd);
    one->fd = -1;
}

static void begin(uint64_t slot) {
    struct attempt *one = &attempts[slot];
    end(one);
    one->begun = now_ns();
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one->fd < 0) fail("socket");
    if (connect(one->fd, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS) { end(one); return; }
    watch(epoll, one->fd, EPOLLIN, slot);
}

static void ask(int timer, int udp) {
    static uint64_t tick;
    uint64_t passed;
    if (read(timer, &passed, sizeof passed) != sizeof passed) return;
    if (passed > 1) note(now_ns(), 'l', 0, (int64_t)passed - 1);
    struct { int64_t sent; char pad[7]; char node; } datagram = { .sent = now_ns() };
    sendto(udp, &datagram, sizeof datagram, 0, (struct sockaddr *)&target, sizeof target);
    begin(tick++ % PENDING);
}

static void hear_udp(int fd) {
    struct { int64_t sent; char pad[7]; char node; } datagram;
    while (recv(fd, &datagram, sizeof datagram, 0) == sizeof datagram) {
        int64_t now = now_ns();
        note(now, 'u', datagram.node, (now - datagram.sent) / 1000);
    }
}

static void hear_tcp(uint64_t slot) {
    struct attempt *one = &attempts[slot];
    char node;
    if (one->fd < 0) return;
    ssize_t length = recv(one->fd, &node, 1, 0);
    /* A slot that was used again by a tick of the same turn. */
    if (length < 0 && errno == EAGAIN) return;
    int64_t now = now_ns();
    if (length == 1) note(now, 't', node, (now - one->begun) / 1000);
    else note(now, 'r', 0, errno);
    end(one);
}

static void on_neighbour(struct nlmsghdr *message) {
    struct ndmsg *head = NLMSG_DATA(message);
    int rest = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof *head)), ours = 0;
    char *hardware = NULL;
    for (struct rtattr *one = (struct rtattr *)((char *)head + NLMSG_ALIGN(sizeof *head)); RTA_OK(one, rest); one = RTA_NEXT(one, rest)) {
        if (one->rta_type == NDA_DST && RTA_PAYLOAD(one) == 4) ours = memcmp(RTA_DATA(one), &target.sin_addr, 4) == 0;
        if (one->rta_type == NDA_LLADDR && RTA_PAYLOAD(one) == 6) hardware = RTA_DATA(one);
    }
    if (!ours || hardware == NULL || memcmp(hardware, known, sizeof known) == 0) return;
    memcpy(known, hardware, sizeof known);
    note(now_ns(), 'n', 0, (unsigned char)hardware[5]);
}

static void hear_neighbours(int fd) {
    static char bytes[1 << 16];
    for (;;) {
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);
        if (length <= 0) return;
        for (struct nlmsghdr *one = (struct nlmsghdr *)bytes; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length))
            if (one->nlmsg_type == RTM_NEWNEIGH) on_neighbour(one);
    }
}

int main(int count, char **arguments) {
    if (count != 4) { fprintf(stderr, "see failover_client.c\n"); return 2; }
    target = address_of(arguments[1], arguments[2]);
    open_log(arguments[3]);
    become_probe();
    for (int i = 0; i < PENDING; i++) attempts[i].fd = -1;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), neighbours = open_netlink(RTMGRP_NEIGH);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec every = { .it_interval.tv_nsec = TICK_NS, .it_value.tv_nsec = TICK_NS };
    if (udp < 0 || timer < 0 || timerfd_settime(timer, 0, &every, NULL) < 0) fail("timer");
    watch(epoll, timer, EPOLLIN, TICK);
    watch(epoll, udp, EPOLLIN, UDP);
    watch(epoll, neighbours, EPOLLIN, NEIGHBOURS);
    note(now_ns(), 's', 0, 0);
    for (;;) {
        struct epoll_event ready[256];
        int number = epoll_wait(epoll, ready, 256, -1);
        if (number < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < number; i++) {
            uint64_t what = ready[i].data.u64;
            if (what == TICK) ask(timer, udp);
            else if (what == UDP) hear_udp(udp);
            else if (what == NEIGHBOURS) hear_neighbours(neighbours);
            else hear_tcp(what);
        }
    }
}
