using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Names;
using Proxy.Tests.Support;

namespace Proxy.Tests.Names;

/// <summary>Whom the resolver asks, and what it makes of it.</summary>
public sealed class DnsResolverTests
{
    private static readonly IPEndPoint First = IPEndPoint.Parse("192.0.2.1:53");
    private static readonly IPEndPoint Second = IPEndPoint.Parse("192.0.2.2:53");

    [Fact]
    public async Task TheNextServerIsAskedWhenOneCannotSay()
    {
        var transport = new ScriptedTransport((server, query, _) => server.Equals(First)
            ? throw new SocketException((int)SocketError.ConnectionRefused)
            : Answer(query, "192.0.2.80"));
        Resolution result = await Resolver(transport).ResolveAsync("api", default).In();
        Assert.Equal(("192.0.2.80", null, 30.0), (result.V4.Single().ToString(), result.Failure, result.Ttl.TotalSeconds));
        Assert.True(result.V6.IsEmpty && !result.V6.IsDefault);
    }

    [Fact]
    public async Task WhatIsTruncatedIsAskedAgainOverTcp()
    {
        var transport = new ScriptedTransport((_, query, tcp) => tcp ? Answer(query, "192.0.2.80") : DnsText.Answer(query, 0x8380));
        Assert.Equal("192.0.2.80", (await Resolver(transport).ResolveAsync("api", default).In()).V4.Single().ToString());
    }

    [Fact]
    public async Task AFamilyThatNobodyCouldTellKeepsItsAddresses()
    {
        var transport = new ScriptedTransport((_, query, _) => query[^3] == DnsMessage.TypeA ? Answer(query, "192.0.2.80") : DnsText.Answer(query, 0x8182));
        Resolution result = await Resolver(transport).ResolveAsync("api", default).In();
        Assert.Null(result.Failure);
        ImmutableArray<IPAddress> before = [IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7")];
        Assert.Equal(["192.0.2.80", "2001:db8::7"], result.Merge(before).Select(address => address.ToString()));
    }

    [Theory]
    [InlineData(0x8183, "the name does not exist")]
    [InlineData(0x8180, "the name has no address")]
    [InlineData(0x8182, "no name server answers")]
    public async Task AFailureHasItsReason(int flags, string reason)
    {
        var transport = new ScriptedTransport((_, query, _) => DnsText.Answer(query, flags));
        Assert.Equal(reason, (await Resolver(transport).ResolveAsync("api", default).In()).Failure);
    }

    [Fact]
    public async Task TheHostsFileComesFirst()
    {
        var transport = new ScriptedTransport((_, _, _) => throw new InvalidOperationException("not to be asked"));
        var resolver = new DnsResolver(transport, Config, _ => [IPAddress.Loopback, IPAddress.IPv6Loopback], TimeProvider.System);
        Resolution result = await resolver.ResolveAsync("localhost", default).In();
        Assert.Equal(("127.0.0.1", "::1"), (result.V4.Single().ToString(), result.V6.Single().ToString()));
    }

    [Fact]
    public async Task AServerThatIsSilentCostsItsTimeout()
    {
        var transport = new ScriptedTransport((server, query, _) => server.Equals(First) ? null : Answer(query, "192.0.2.80"));
        Assert.Null((await Resolver(transport).ResolveAsync("api", default).In()).Failure);
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(1u, 1)]
    [InlineData(300u, 300)]
    [InlineData(uint.MaxValue, 3600)]
    public void TtlsAreClamped(uint ttl, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), DnsResolver.Clamp(ttl));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(7, 60)]
    [InlineData(int.MaxValue, 60)]
    public void FailuresAreRepeatedEverMoreSlowly(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), NameWatcher.PauseAfter(failures));

    private static ResolverConfig Config() => new([First, Second], TimeSpan.FromMilliseconds(50), 2);

    private static DnsResolver Resolver(IDnsTransport transport) => new(transport, Config, _ => [], TimeProvider.System);

    /// <summary>An A record to questions for IPv4, none to others.</summary>
    private static byte[] Answer(byte[] query, string address) => query[^3] == DnsMessage.TypeA
        ? DnsText.Answer(query, 0x8180, DnsText.Address("api", address, 30))
        : DnsText.Answer(query, 0x8180);

    private sealed class ScriptedTransport(Func<IPEndPoint, byte[], bool, byte[]?> script) : IDnsTransport
    {
        public async Task<byte[]> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> query, bool overTcp, CancellationToken cancel)
        {
            if (script(server, query.ToArray(), overTcp) is { } answer) return answer;
            await Task.Delay(Timeout.Infinite, cancel);
            throw new InvalidOperationException("unreachable: the delay ends by cancellation");
        }
    }
}
