using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Appliance.Proxy.Interop;

namespace Proxy.Tests.Interop;

/// <summary>Numbers and layouts of the kernel's interface, asked of the C compiler rather than read from a header.</summary>
public sealed class InteropLayoutTests
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["AfUnix"] = "AF_UNIX",
        ["AfInet"] = "AF_INET",
        ["AfInet6"] = "AF_INET6",
        ["SockStream"] = "SOCK_STREAM",
        ["SockNonBlock"] = "SOCK_NONBLOCK",
        ["SockCloseOnExec"] = "SOCK_CLOEXEC",
        ["SolSocket"] = "SOL_SOCKET",
        ["SoReuseAddr"] = "SO_REUSEADDR",
        ["SoError"] = "SO_ERROR",
        ["SoReusePort"] = "SO_REUSEPORT",
        ["SoLinger"] = "SO_LINGER",
        ["IpProtoIp"] = "IPPROTO_IP",
        ["IpFreeBind"] = "IP_FREEBIND",
        ["IpProtoIpv6"] = "IPPROTO_IPV6",
        ["Ipv6V6Only"] = "IPV6_V6ONLY",
        ["Ipv6FreeBind"] = "IPV6_FREEBIND",
        ["IpProtoTcp"] = "IPPROTO_TCP",
        ["TcpNoDelay"] = "TCP_NODELAY",
        ["MsgNoSignal"] = "MSG_NOSIGNAL",
        ["ShutWrite"] = "SHUT_WR",
        ["EpollCloseOnExec"] = "EPOLL_CLOEXEC",
        ["EpollAdd"] = "EPOLL_CTL_ADD",
        ["EpollDelete"] = "EPOLL_CTL_DEL",
        ["EpollModify"] = "EPOLL_CTL_MOD",
        ["EpollIn"] = "EPOLLIN",
        ["EpollOut"] = "EPOLLOUT",
        ["EpollError"] = "EPOLLERR",
        ["EpollHangUp"] = "EPOLLHUP",
        ["EpollReadHangUp"] = "EPOLLRDHUP",
        ["EpollEdge"] = "EPOLLET",
        ["EventFdNonBlock"] = "EFD_NONBLOCK",
        ["EventFdCloseOnExec"] = "EFD_CLOEXEC",
        ["ErrPerm"] = "EPERM",
        ["ErrInterrupted"] = "EINTR",
        ["ErrAgain"] = "EAGAIN",
        ["ErrNoMemory"] = "ENOMEM",
        ["ErrAccess"] = "EACCES",
        ["ErrFileTableFull"] = "ENFILE",
        ["ErrTooManyFiles"] = "EMFILE",
        ["ErrAddressInUse"] = "EADDRINUSE",
        ["ErrNoBuffers"] = "ENOBUFS",
        ["ErrTimedOut"] = "ETIMEDOUT",
        ["ErrConnectionRefused"] = "ECONNREFUSED",
        ["ErrInProgress"] = "EINPROGRESS",
    };

    private static readonly (string Expression, long Ours)[] Layouts =
    [
        ("sizeof(struct epoll_event)", Marshal.SizeOf<EpollEvent>()),
        ("offsetof(struct epoll_event, data)", (long)Marshal.OffsetOf<EpollEvent>(nameof(EpollEvent.Token))),
        ("sizeof(struct iovec)", Marshal.SizeOf<IoVector>()),
        ("offsetof(struct iovec, iov_len)", (long)Marshal.OffsetOf<IoVector>(nameof(IoVector.Length))),
        ("sizeof(struct msghdr)", Marshal.SizeOf<MessageHeader>()),
        ("offsetof(struct msghdr, msg_namelen)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.NameLength))),
        ("offsetof(struct msghdr, msg_iov)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.Vectors))),
        ("offsetof(struct msghdr, msg_iovlen)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.VectorCount))),
        ("offsetof(struct msghdr, msg_control)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.Control))),
        ("offsetof(struct msghdr, msg_controllen)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.ControlLength))),
        ("offsetof(struct msghdr, msg_flags)", (long)Marshal.OffsetOf<MessageHeader>(nameof(MessageHeader.Flags))),
        ("sizeof(struct sockaddr_storage)", SocketAddress.Capacity),
        ("sizeof(struct sockaddr_in)", SocketAddress.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1)).Length),
        ("sizeof(struct sockaddr_in6)", SocketAddress.From(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Loopback, 1)).Length),
        ("offsetof(struct sockaddr_in, sin_addr)", 4),
        ("offsetof(struct sockaddr_in6, sin6_addr)", 8),
        ("offsetof(struct sockaddr_in6, sin6_scope_id)", 24),
        ("sizeof(((struct sockaddr_un *)0)->sun_path)", 108),
        ("sizeof(struct linger)", 8),
    ];

    [Fact]
    public void ConstantsAndLayoutsAgreeWithTheCCompiler()
    {
        var expected = new List<(string Expression, long Ours)>(Layouts);
        foreach (FieldInfo field in typeof(Linux).GetFields(BindingFlags.NonPublic | BindingFlags.Static))
        {
            Assert.True(Names.TryGetValue(field.Name, out string? name), $"{field.Name} has no C name in this test");
            expected.Add(($"(uint32_t){name}", Convert.ToUInt32(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
        }

        string[] headers =
            ["stdio", "stddef", "stdint", "errno", "sys/epoll", "sys/eventfd", "sys/socket", "sys/uio", "sys/un", "netinet/in", "netinet/tcp"];
        string[] answers = CCompiler.Evaluate(headers, [.. expected.Select(e => e.Expression)]);
        Assert.Equal(expected.Count, answers.Length);
        for (int i = 0; i < answers.Length; i++) Assert.Equal($"{expected[i].Expression} = {expected[i].Ours}", $"{expected[i].Expression} = {answers[i]}");
    }
}
