/* One node's answers, the same whatever decides who is active: failover_server ADDRESS PORT NAME FILE
 *
 * ADDRESS is bound before it is on the machine (IP_FREEBIND). A UDP datagram is sent back with the last byte set to NAME; a TCP
 * connection gets NAME and is closed. FILE gets a record when the address comes to an interface of this node ('+') and when it goes
 * ('-'); a renewed lifetime is neither. */
#include "failover_log.h"

enum { UDP, TCP, ROUTES };

static uint32_t wanted;
static char name;
static int holding;

static int bound(int type, struct sockaddr_in address) {
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (type == SOCK_STREAM && listen(fd, 4096) < 0) fail("listen");
    return fd;
}

static void echo(int fd) {
    char datagram[64];
    struct sockaddr_in from;
    for (int i = 0; i < 64; i++) {
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(fd, datagram, sizeof datagram, 0, (struct sockaddr *)&from, &size);
        if (length <= 0) return;
        datagram[length - 1] = name;
        sendto(fd, datagram, (size_t)length, 0, (struct sockaddr *)&from, size);
    }
}

static void greet(int listener) {
    for (int i = 0; i < 64; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        send(fd, &name, 1, MSG_NOSIGNAL);
        close(fd);
    }
}

static void on_address(struct nlmsghdr *message) {
    struct ifaddrmsg *head = NLMSG_DATA(message);
    int rest = (int)IFA_PAYLOAD(message);
    for (struct rtattr *one = IFA_RTA(head); RTA_OK(one, rest); one = RTA_NEXT(one, rest)) {
        if (one->rta_type != IFA_LOCAL || memcmp(RTA_DATA(one), &wanted, sizeof wanted) != 0) continue;
        int now = message->nlmsg_type == RTM_NEWADDR;
        if (now != holding) note(now_ns(), now ? '+' : '-', name, (int64_t)head->ifa_index);
        holding = now;
    }
}

static void read_routes(int fd) {
    static char bytes[1 << 16];
    for (;;) {
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);
        if (length < 0 && errno == EAGAIN) return;
        if (length < 0) fail("netlink: events were lost");
        for (struct nlmsghdr *one = (struct nlmsghdr *)bytes; NLMSG_OK(one, length); one = NLMSG_NEXT(one, length))
            if (one->nlmsg_type == RTM_NEWADDR || one->nlmsg_type == RTM_DELADDR) on_address(one);
    }
}

int main(int count, char **arguments) {
    if (count != 5) { fprintf(stderr, "see failover_server.c\n"); return 2; }
    struct sockaddr_in address = address_of(arguments[1], arguments[2]);
    wanted = address.sin_addr.s_addr;
    name = arguments[3][0];
    open_log(arguments[4]);
    become_probe();
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int fds[] = { bound(SOCK_DGRAM, address), bound(SOCK_STREAM, address), open_netlink(RTMGRP_IPV4_IFADDR) };
    for (uint64_t i = 0; i < 3; i++) watch(epoll, fds[i], EPOLLIN, i);
    note(now_ns(), 's', name, 0);
    for (;;) {
        struct epoll_event ready[8];
        int number = epoll_wait(epoll, ready, 8, -1);
        if (number < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < number; i++) {
            if (ready[i].data.u64 == UDP) echo(fds[UDP]);
            else if (ready[i].data.u64 == TCP) greet(fds[TCP]);
            else read_routes(fds[ROUTES]);
        }
    }
}
