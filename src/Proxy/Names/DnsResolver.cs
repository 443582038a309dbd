using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Appliance.Proxy.Names;

/// <summary>
/// Finds the addresses of a name with their time to live, which the platform's resolver does not tell: the hosts file first, then the name
/// servers, each question to one after the other. Runs off the loops; thread-safe.
/// </summary>
/// <param name="transport">Carries the questions.</param>
/// <param name="config">Whom to ask; called anew for each name, because the file may change.</param>
/// <param name="hosts">Addresses of a name that need no question.</param>
/// <param name="time">Clock of the time limits.</param>
internal sealed class DnsResolver(
    IDnsTransport transport, Func<ResolverConfig> config, Func<string, ImmutableArray<IPAddress>> hosts, TimeProvider time)
{
    /// <summary>How soon the hosts file is looked at again.</summary>
    private static readonly TimeSpan HostsTtl = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeastTtl = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTtl = TimeSpan.FromHours(1);

    /// <summary>As the machine is configured.</summary>
    internal static DnsResolver OfMachine(TimeProvider time) => new(
        new SocketDnsTransport(), () => ResolverFiles.LoadConfig("/etc/resolv.conf"), name => ResolverFiles.LoadHosts("/etc/hosts", name), time);

    /// <summary>Asks for both families at once.</summary>
    internal async Task<Resolution> ResolveAsync(string name, CancellationToken cancel)
    {
        ImmutableArray<IPAddress> fixedOnes = hosts(name);
        if (fixedOnes.Length > 0)
        {
            return new Resolution(Of(fixedOnes, AddressFamily.InterNetwork), Of(fixedOnes, AddressFamily.InterNetworkV6), HostsTtl, null);
        }

        ResolverConfig servers = config();
        Task<DnsAnswer> four = AskAsync(servers, name, DnsMessage.TypeA, cancel);
        DnsAnswer v6 = Socket.OSSupportsIPv6
            ? await AskAsync(servers, name, DnsMessage.TypeAaaa, cancel).ConfigureAwait(false)
            : DnsAnswer.Of(DnsStatus.NoAddress);
        return Combine(await four.ConfigureAwait(false), v6);
    }

    /// <summary>From a tenth of a second ago to never: both are no use. Pure.</summary>
    internal static TimeSpan Clamp(uint ttlSeconds) =>
        TimeSpan.FromSeconds(Math.Clamp(ttlSeconds, LeastTtl.TotalSeconds, MostTtl.TotalSeconds));

    private static Resolution Combine(DnsAnswer v4, DnsAnswer v6)
    {
        uint ttl = uint.MaxValue;
        if (v4.Status == DnsStatus.Found) ttl = v4.TtlSeconds;
        if (v6.Status == DnsStatus.Found) ttl = Math.Min(ttl, v6.TtlSeconds);
        string? failure = v4.Status == DnsStatus.Found || v6.Status == DnsStatus.Found ? null : Explain(v4.Status, v6.Status);
        return new Resolution(Known(v4), Known(v6), Clamp(ttl), failure);
    }

    /// <summary>That a name has no address is knowledge; that nobody answered is not.</summary>
    private static ImmutableArray<IPAddress> Known(DnsAnswer answer) =>
        answer.Status is DnsStatus.Found or DnsStatus.NoAddress or DnsStatus.NoName ? answer.Addresses : default;

    private static string Explain(DnsStatus v4, DnsStatus v6) =>
        v4 == DnsStatus.NoName || v6 == DnsStatus.NoName ? "the name does not exist"
        : v4 == DnsStatus.NoAddress && v6 == DnsStatus.NoAddress ? "the name has no address"
        : "no name server answers";

    private static ImmutableArray<IPAddress> Of(ImmutableArray<IPAddress> addresses, AddressFamily family) =>
        [.. addresses.Where(address => address.AddressFamily == family)];

    private async Task<DnsAnswer> AskAsync(ResolverConfig servers, string name, ushort type, CancellationToken cancel)
    {
        byte[] query = new byte[DnsMessage.MaxQuery];
        int length = DnsMessage.WriteQuery(query, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, type);
        if (length == 0) return DnsAnswer.Of(DnsStatus.NoName);
        ReadOnlyMemory<byte> question = query.AsMemory(0, length);
        for (int attempt = 0; attempt < servers.Attempts; attempt++)
        {
            foreach (IPEndPoint server in servers.Servers)
            {
                DnsAnswer answer = await AskOneAsync(server, question, servers.Timeout, cancel).ConfigureAwait(false);
                if (answer.Status is DnsStatus.Found or DnsStatus.NoAddress or DnsStatus.NoName) return answer;
            }
        }

        return DnsAnswer.Of(DnsStatus.ServerFailure);
    }

    private async Task<DnsAnswer> AskOneAsync(IPEndPoint server, ReadOnlyMemory<byte> question, TimeSpan limit, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            byte[] answer = await transport.AskAsync(server, question, overTcp: false, either.Token).ConfigureAwait(false);
            DnsAnswer read = DnsMessage.Read(answer, question.Span);
            if (read.Status != DnsStatus.Truncated) return read;
            answer = await transport.AskAsync(server, question, overTcp: true, either.Token).ConfigureAwait(false);
            return DnsMessage.Read(answer, question.Span);
        }
        catch (Exception error) when (error is SocketException or IOException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // This server cannot say; the next one may.
            return DnsAnswer.Of(DnsStatus.ServerFailure);
        }
    }
}
