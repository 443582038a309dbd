/* Moves bytes over TCP as cheaply as a program can, so that a proxy in between is the bound.
 *
 *   bulk serve PORT                       answers on 127.0.0.1, one process per connection
 *   bulk down PORT BYTES STREAMS write|sendfile   asks the server for BYTES in all over STREAMS connections
 *   bulk up   PORT BYTES STREAMS write|sendfile   sends them instead
 *
 * A connection begins with 10 bytes: d or u, w or s, and a length of eight bytes in this machine's order. The receiver drops what it gets
 * without copying it (MSG_TRUNC) and, when it was an upload, answers with the length. The client prints the seconds it took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

static void fail(const char *what) { perror(what); exit(1); }

static void send_all(int fd, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        at += sent;
        length -= (size_t)sent;
    }
}

static void give(int fd, uint64_t length, int by_sendfile) {
    static char piece[PIECE];
    int file = -1;
    if (by_sendfile) {
        file = memfd_create("bulk", 0);
        if (file < 0 || ftruncate(file, PIECE) < 0) fail("memfd");
        if (write(file, piece, PIECE) != PIECE) fail("write");
    }
    while (length > 0) {
        size_t now = length < PIECE ? (size_t)length : PIECE;
        if (by_sendfile) {
            off_t from = 0;
            ssize_t sent = sendfile(fd, file, &from, now);
            if (sent < 0) fail("sendfile");
            length -= (uint64_t)sent;
        } else {
            send_all(fd, piece, now);
            length -= now;
        }
    }
}

static void take(int fd, uint64_t length) {
    while (length > 0) {
        ssize_t got = recv(fd, NULL, length < 4 * PIECE ? (size_t)length : 4 * PIECE, MSG_TRUNC);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) { fprintf(stderr, "ended %llu bytes early\n", (unsigned long long)length); exit(1); }
        length -= (uint64_t)got;
    }
}

static void take_exactly(int fd, void *into, size_t length) {
    if (recv(fd, into, length, MSG_WAITALL) != (ssize_t)length) exit(1);
}

static struct sockaddr_in local(const char *port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void serve_one(int fd) {
    char head[10];
    uint64_t length;
    /* A look whether the port is open sends nothing. */
    take_exactly(fd, head, sizeof head);
    memcpy(&length, head + 2, sizeof length);
    if (head[0] == 'd') give(fd, length, head[1] == 's');
    else { take(fd, length); send_all(fd, &length, sizeof length); }
    char rest;
    if (recv(fd, &rest, 1, 0) < 0) exit(1);
    exit(0);
}

static void serve(const char *port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = local(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 512) < 0) fail("listen");
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int one = accept(fd, NULL, NULL);
        if (one < 0) { if (errno == EINTR) continue; fail("accept"); }
        if (fork() == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); close(fd); serve_one(one); }
        close(one);
    }
}

static void run_stream(int up, const char *port, uint64_t length, int by_sendfile) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = local(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    char head[10] = { up ? 'u' : 'd', by_sendfile ? 's' : 'w' };
    memcpy(head + 2, &length, sizeof length);
    send_all(fd, head, sizeof head);
    if (up) {
        uint64_t seen;
        give(fd, length, by_sendfile);
        take_exactly(fd, &seen, sizeof seen);
        if (seen != length) exit(1);
    } else {
        take(fd, length);
    }
    close(fd);
    exit(0);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "serve") == 0) { serve(arguments[2]); return 0; }
    if (count != 6) { fprintf(stderr, "see bulk.c\n"); return 2; }
    int up = arguments[1][0] == 'u', streams = atoi(arguments[4]), status, failed = 0;
    uint64_t each = strtoull(arguments[3], NULL, 10) / (uint64_t)streams;
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (int i = 0; i < streams; i++) if (fork() == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); run_stream(up, arguments[2], each, arguments[5][0] == 's'); }
    while (wait(&status) > 0) failed |= status != 0;
    clock_gettime(CLOCK_MONOTONIC, &ended);
    if (failed) return 1;
    printf("%.6f\n", (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9);
    return 0;
}
