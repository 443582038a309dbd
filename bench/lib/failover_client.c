/* A client that asks every millisecond: failover_client ADDRESS PORT FILE [PERIOD_US REQUEST]
 *
 * Each tick sends one UDP datagram and opens one TCP connection; a connection without an answer is given up after 512 ticks. With REQUEST
 * there is no datagram: each connection sends that text, and the first byte that comes back is the answer. FILE gets a record for each
 * answer ('u', 't', with the name of the node that gave it and the microseconds it took), for a connection that ended without ('r', errno),
 * for a new hardware address of ADDRESS among this machine's neighbours ('n', its last byte), for a VRRP advert on this network ('v', its
 * priority) and for ticks that this program itself missed ('l', their number). It never touches the neighbour table: what the nodes
 * announce is what it knows. */
#include "failover_log.h"

enum { PENDING = 512, VRRP = 112 };
enum { TICK = PENDING, UDP_ANSWER, NEIGHBOURS, ADVERTS };

struct attempt { int fd; int64_t begun; };

static struct attempt attempts[PENDING];
static struct sockaddr_in target;
static int epoll;
static char known[6];
static const char *request;

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
    watch(epoll, one->fd, request ? EPOLLOUT : EPOLLIN, slot);
}

static void ask(int timer, int udp) {
    static uint64_t tick;
    uint64_t passed;
    if (read(timer, &passed, sizeof passed) != sizeof passed) return;
    if (passed > 1) note(now_ns(), 'l', 0, (int64_t)passed - 1);
    struct { int64_t sent; char pad[7]; char node; } datagram = { .sent = now_ns() };
    if (!request) sendto(udp, &datagram, sizeof datagram, 0, (struct sockaddr *)&target, sizeof target);
    begin(tick++ % PENDING);
}

static void hear_udp(int fd) {
    struct { int64_t sent; char pad[7]; char node; } datagram;
    while (recv(fd, &datagram, sizeof datagram, 0) == sizeof datagram) {
        int64_t now = now_ns();
        note(now, 'u', datagram.node, (now - datagram.sent) / 1000);
    }
}

static void send_request(uint64_t slot) {
    struct epoll_event answer = { .events = EPOLLIN, .data.u64 = slot };
    struct attempt *one = &attempts[slot];
    if (one->fd < 0) return;
    send(one->fd, request, strlen(request), MSG_NOSIGNAL);
    epoll_ctl(epoll, EPOLL_CTL_MOD, one->fd, &answer);
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

/* On the interface that leads to the target. Only root may listen; who is not measures without. */
static int open_adverts(void) {
    int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, VRRP), way = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    if (fd < 0 || connect(way, (struct sockaddr *)&target, sizeof target) < 0 || getsockname(way, (struct sockaddr *)&own, &size) < 0) return -1;
    struct ip_mreqn group = { .imr_address = own.sin_addr };
    group.imr_multiaddr.s_addr = htonl(0xe0000012);
    if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("multicast");
    close(way);
    return fd;
}

static void hear_adverts(int fd) {
    unsigned char packet[128];
    ssize_t length;
    while ((length = recv(fd, packet, sizeof packet, 0)) > 0) {
        int head = (packet[0] & 15) * 4;
        if (length >= head + 8) note(now_ns(), 'v', 0, packet[head + 2]);
    }
}

int main(int count, char **arguments) {
    if (count != 4 && count != 6) { fprintf(stderr, "see failover_client.c\n"); return 2; }
    target = address_of(arguments[1], arguments[2]);
    request = count == 6 ? arguments[5] : NULL;
    long tick_ns = count == 6 ? atol(arguments[4]) * 1000 : 1000000;
    open_log(arguments[3]);
    become_probe();
    for (int i = 0; i < PENDING; i++) attempts[i].fd = -1;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), neighbours = open_netlink(RTMGRP_NEIGH), adverts = open_adverts();
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec every = { .it_interval.tv_nsec = tick_ns, .it_value.tv_nsec = tick_ns };
    if (udp < 0 || timer < 0 || timerfd_settime(timer, 0, &every, NULL) < 0) fail("timer");
    watch(epoll, timer, EPOLLIN, TICK);
    watch(epoll, udp, EPOLLIN, UDP_ANSWER);
    watch(epoll, neighbours, EPOLLIN, NEIGHBOURS);
    if (adverts >= 0) watch(epoll, adverts, EPOLLIN, ADVERTS);
    note(now_ns(), 's', 0, 0);
    for (;;) {
        struct epoll_event ready[256];
        int number = epoll_wait(epoll, ready, 256, -1);
        if (number < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < number; i++) {
            uint64_t what = ready[i].data.u64;
            if (what == TICK) ask(timer, udp);
            else if (what == UDP_ANSWER) hear_udp(udp);
            else if (what == NEIGHBOURS) hear_neighbours(neighbours);
            else if (what == ADVERTS) hear_adverts(adverts);
            else if (ready[i].events & EPOLLOUT) send_request(what);
            else hear_tcp(what);
        }
    }
}
