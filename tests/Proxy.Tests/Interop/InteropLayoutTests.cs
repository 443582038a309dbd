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
        ["SoSendBuffer"] = "SO_SNDBUF",
        ["SoReceiveTimeout"] = "SO_RCVTIMEO",
        ["ErrNoEntry"] = "ENOENT",
        ["SockDatagram"] = "SOCK_DGRAM",
        ["SoReceiveBuffer"] = "SO_RCVBUF",
        ["SoAttachFilter"] = "SO_ATTACH_FILTER",
        ["BpfReturnConstant"] = "(BPF_RET | BPF_K)",
        ["IpPacketInfo"] = "IP_PKTINFO",
        ["Ipv6ReceivePacketInfo"] = "IPV6_RECVPKTINFO",
        ["Ipv6PacketInfo"] = "IPV6_PKTINFO",
        ["TcpRepair"] = "TCP_REPAIR",
        ["IpProtoUdp"] = "IPPROTO_UDP",
        ["MsgTruncated"] = "MSG_TRUNC",
        ["MsgControlTruncated"] = "MSG_CTRUNC",
        ["ErrMessageTooLong"] = "EMSGSIZE",
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
        ["CallSendTo"] = "SYS_sendto",
        ["CallReceiveFrom"] = "SYS_recvfrom",
        ["MsgPeek"] = "MSG_PEEK",
        ["MsgMore"] = "MSG_MORE",
        ["MsgNoSignal"] = "MSG_NOSIGNAL",
        ["ShutWrite"] = "SHUT_WR",
        ["OpenNonBlock"] = "O_NONBLOCK",
        ["OpenCloseOnExec"] = "O_CLOEXEC",
        ["SetPipeSize"] = "F_SETPIPE_SZ",
        ["GetPipeSize"] = "F_GETPIPE_SZ",
        ["SpliceMove"] = "SPLICE_F_MOVE",
        ["SpliceNonBlock"] = "SPLICE_F_NONBLOCK",
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

    private static readonly Dictionary<string, string> DescriptorNames = new()
    {
        ["SetDescriptorFlags"] = "F_SETFD",
        ["CloseOnExec"] = "FD_CLOEXEC",
    };

    private static readonly Dictionary<string, string> NetfilterNames = new()
    {
        ["AfNetlink"] = "AF_NETLINK",
        ["SockRaw"] = "SOCK_RAW",
        ["NetlinkNetfilter"] = "NETLINK_NETFILTER",
        ["Subsystem"] = "NFNL_SUBSYS_NFTABLES",
        ["BatchBegin"] = "NFNL_MSG_BATCH_BEGIN",
        ["BatchEnd"] = "NFNL_MSG_BATCH_END",
        ["MessageError"] = "NLMSG_ERROR",
        ["FlagRequest"] = "NLM_F_REQUEST",
        ["FlagAck"] = "NLM_F_ACK",
        ["FlagCreate"] = "NLM_F_CREATE",
        ["FlagAppend"] = "NLM_F_APPEND",
        ["Nested"] = "NLA_F_NESTED",
        ["NewTable"] = "NFT_MSG_NEWTABLE",
        ["DeleteTable"] = "NFT_MSG_DELTABLE",
        ["NewChain"] = "NFT_MSG_NEWCHAIN",
        ["NewRule"] = "NFT_MSG_NEWRULE",
        ["DeleteRule"] = "NFT_MSG_DELRULE",
        ["NewSet"] = "NFT_MSG_NEWSET",
        ["DeleteSet"] = "NFT_MSG_DELSET",
        ["NewElements"] = "NFT_MSG_NEWSETELEM",
        ["DeleteElements"] = "NFT_MSG_DELSETELEM",
        ["FamilyInet"] = "NFPROTO_INET",
        ["FamilyIPv4"] = "NFPROTO_IPV4",
        ["FamilyIPv6"] = "NFPROTO_IPV6",
        ["HookPreRouting"] = "NF_INET_PRE_ROUTING",
        ["VerdictDrop"] = "NF_DROP",
        ["VerdictAccept"] = "NF_ACCEPT",
        ["TableName"] = "NFTA_TABLE_NAME",
        ["ChainTable"] = "NFTA_CHAIN_TABLE",
        ["ChainName"] = "NFTA_CHAIN_NAME",
        ["ChainHook"] = "NFTA_CHAIN_HOOK",
        ["ChainPolicy"] = "NFTA_CHAIN_POLICY",
        ["ChainType"] = "NFTA_CHAIN_TYPE",
        ["HookNumber"] = "NFTA_HOOK_HOOKNUM",
        ["HookPriority"] = "NFTA_HOOK_PRIORITY",
        ["RuleTable"] = "NFTA_RULE_TABLE",
        ["RuleChain"] = "NFTA_RULE_CHAIN",
        ["RuleExpressions"] = "NFTA_RULE_EXPRESSIONS",
        ["ListElement"] = "NFTA_LIST_ELEM",
        ["ExpressionName"] = "NFTA_EXPR_NAME",
        ["ExpressionData"] = "NFTA_EXPR_DATA",
        ["SetTable"] = "NFTA_SET_TABLE",
        ["SetName"] = "NFTA_SET_NAME",
        ["SetFlags"] = "NFTA_SET_FLAGS",
        ["SetKeyType"] = "NFTA_SET_KEY_TYPE",
        ["SetKeyLength"] = "NFTA_SET_KEY_LEN",
        ["SetDescription"] = "NFTA_SET_DESC",
        ["SetDescriptionSize"] = "NFTA_SET_DESC_SIZE",
        ["SetId"] = "NFTA_SET_ID",
        ["SetFlagTimeout"] = "NFT_SET_TIMEOUT",
        ["ElementsTable"] = "NFTA_SET_ELEM_LIST_TABLE",
        ["ElementsSet"] = "NFTA_SET_ELEM_LIST_SET",
        ["ElementsList"] = "NFTA_SET_ELEM_LIST_ELEMENTS",
        ["ElementKey"] = "NFTA_SET_ELEM_KEY",
        ["ElementTimeout"] = "NFTA_SET_ELEM_TIMEOUT",
        ["DataValue"] = "NFTA_DATA_VALUE",
        ["DataVerdict"] = "NFTA_DATA_VERDICT",
        ["VerdictCode"] = "NFTA_VERDICT_CODE",
        ["MetaRegister"] = "NFTA_META_DREG",
        ["MetaKey"] = "NFTA_META_KEY",
        ["MetaFamily"] = "NFT_META_NFPROTO",
        ["MetaProtocol"] = "NFT_META_L4PROTO",
        ["CompareRegister"] = "NFTA_CMP_SREG",
        ["CompareOperator"] = "NFTA_CMP_OP",
        ["CompareData"] = "NFTA_CMP_DATA",
        ["CompareEqual"] = "NFT_CMP_EQ",
        ["PayloadRegister"] = "NFTA_PAYLOAD_DREG",
        ["PayloadBase"] = "NFTA_PAYLOAD_BASE",
        ["PayloadOffset"] = "NFTA_PAYLOAD_OFFSET",
        ["PayloadLength"] = "NFTA_PAYLOAD_LEN",
        ["PayloadNetwork"] = "NFT_PAYLOAD_NETWORK_HEADER",
        ["PayloadTransport"] = "NFT_PAYLOAD_TRANSPORT_HEADER",
        ["BitwiseSource"] = "NFTA_BITWISE_SREG",
        ["BitwiseRegister"] = "NFTA_BITWISE_DREG",
        ["BitwiseLength"] = "NFTA_BITWISE_LEN",
        ["BitwiseMask"] = "NFTA_BITWISE_MASK",
        ["BitwiseXor"] = "NFTA_BITWISE_XOR",
        ["HookPostRouting"] = "NF_INET_POST_ROUTING",
        ["SetDataType"] = "NFTA_SET_DATA_TYPE",
        ["SetDataLength"] = "NFTA_SET_DATA_LEN",
        ["SetFlagMap"] = "NFT_SET_MAP",
        ["ElementData"] = "NFTA_SET_ELEM_DATA",
        ["LookupResult"] = "NFTA_LOOKUP_DREG",
        ["NatType"] = "NFTA_NAT_TYPE",
        ["NatFamily"] = "NFTA_NAT_FAMILY",
        ["NatAddress"] = "NFTA_NAT_REG_ADDR_MIN",
        ["NatPort"] = "NFTA_NAT_REG_PROTO_MIN",
        ["NatDestination"] = "NFT_NAT_DNAT",
        ["ConnectionRegister"] = "NFTA_CT_DREG",
        ["ConnectionKey"] = "NFTA_CT_KEY",
        ["ConnectionDirection"] = "NFTA_CT_DIRECTION",
        ["ConnectionDestinationPort"] = "NFT_CT_PROTO_DST",
        ["ConnectionDestination4"] = "NFT_CT_DST_IP",
        ["DirectionOriginal"] = "0", // IP_CT_DIR_ORIGINAL, which no header for programs names
        ["RegisterTwo"] = "NFT_REG_2",
        ["RegisterOneSecondWord"] = "NFT_REG32_01",
        ["LookupSet"] = "NFTA_LOOKUP_SET",
        ["LookupRegister"] = "NFTA_LOOKUP_SREG",
        ["ImmediateRegister"] = "NFTA_IMMEDIATE_DREG",
        ["ImmediateData"] = "NFTA_IMMEDIATE_DATA",
        ["RegisterVerdict"] = "NFT_REG_VERDICT",
        ["RegisterOne"] = "NFT_REG_1",
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
        ("sizeof(struct cmsghdr)", Datagrams.ControlHeader),
        ("offsetof(struct cmsghdr, cmsg_level)", 8),
        ("offsetof(struct cmsghdr, cmsg_type)", 12),
        ("sizeof(struct in_pktinfo)", Datagrams.PacketInfo4),
        ("offsetof(struct in_pktinfo, ipi_spec_dst)", 4),
        ("sizeof(struct in6_pktinfo)", Datagrams.PacketInfo6),
        ("offsetof(struct in6_pktinfo, ipi6_ifindex)", 16),
        ("CMSG_SPACE(sizeof(struct in6_pktinfo))", Datagrams.ControlSpace),
        ("sizeof(struct nlmsghdr)", NetlinkSocket.HeaderBytes),
        ("sizeof(struct nfgenmsg)", 4),
        ("sizeof(struct timeval)", 2 * sizeof(long)),
        ("sizeof(struct sock_filter)", Marshal.SizeOf<FilterInstruction>()),
        ("offsetof(struct sock_filter, k)", (long)Marshal.OffsetOf<FilterInstruction>(nameof(FilterInstruction.Operand))),
        ("sizeof(struct sock_fprog)", Marshal.SizeOf<FilterProgram>()),
        ("offsetof(struct sock_fprog, filter)", (long)Marshal.OffsetOf<FilterProgram>(nameof(FilterProgram.Instructions))),
    ];

    [Fact]
    public void ConstantsAndLayoutsAgreeWithTheCCompiler()
    {
        var expected = new List<(string Expression, long Ours)>(Layouts);
        Expect(expected, typeof(Linux), Names);
        Expect(expected, typeof(Netfilter), NetfilterNames);
        Expect(expected, typeof(Descriptors), DescriptorNames);

        string[] headers =
            ["stdio", "stddef", "stdint", "errno", "fcntl", "sys/epoll", "sys/eventfd", "sys/socket", "sys/syscall", "sys/uio", "sys/un", "netinet/in",
                "netinet/tcp", "linux/filter", "linux/netlink", "linux/netfilter", "linux/netfilter/nfnetlink", "linux/netfilter/nf_tables"];
        string[] answers = CCompiler.Evaluate(headers, [.. expected.Select(e => e.Expression)]);
        Assert.Equal(expected.Count, answers.Length);
        for (int i = 0; i < answers.Length; i++) Assert.Equal($"{expected[i].Expression} = {expected[i].Ours}", $"{expected[i].Expression} = {answers[i]}");
    }

    private static void Expect(List<(string Expression, long Ours)> expected, Type numbers, Dictionary<string, string> names)
    {
        foreach (FieldInfo field in numbers.GetFields(BindingFlags.NonPublic | BindingFlags.Static))
        {
            Assert.True(names.TryGetValue(field.Name, out string? name), $"{field.Name} has no C name in this test");
            expected.Add(($"(uint32_t){name}", Convert.ToUInt32(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
        }
    }
}
