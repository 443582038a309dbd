using System.Diagnostics;
using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Clients that do not want a handshake cost a timer and a session, for a bounded time.</summary>
[Collection(nameof(TlsSession))]
public sealed class HostileClientTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000")]
    [InlineData("\u0016\u0003\u0001\u00ff\u00ff\u0001\u0000\u0000\u0001\u0000 more than a record holds")]
    [InlineData("\u0080\u002e\u0001\u0000\u0002")]
    [InlineData("\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000")]
    public async Task WhatIsNoClientHelloIsClosedAndCounted(string garbage)
    {
        await using ProxyRig rig = Rig(new TimeoutSettings { RequestHeader = TimeSpan.FromSeconds(1) });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(garbage);
        client.FinishSending();
        await client.ExpectClosedAsync();
        await Deadline.Until(() => rig.Listener.TlsFailures == 1, "the failure is counted");
        await rig.ExpectNothingLeftAsync();
        Assert.Equal(0, TlsSession.Live);
    }

    [Fact]
    public async Task PlainHttpIsClosedInOrder()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings());
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    public async Task AHandshakeThatStopsIsGivenUpAfterTheHeaderTime(int bytes)
    {
        await using ProxyRig rig = Rig(new TimeoutSettings { RequestHeader = TimeSpan.FromMilliseconds(200) });
        byte[] hello = new byte[300];
        new byte[] { 22, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3, 3 }.CopyTo(hello, 0);
        long begun = Environment.TickCount64;
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(hello.AsMemory(0, bytes));
        await client.ExpectClosedAsync();
        Assert.True(Environment.TickCount64 - begun >= 150, "it was given up early");
        await Deadline.Until(() => rig.Listener.TlsFailures == 1, "the failure is counted");
        Assert.Equal(0, rig.Listener.TlsHandshakes);
    }

    [Fact]
    public async Task ManyFailedHandshakesLeaveNothingBehind()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings { RequestHeader = TimeSpan.FromSeconds(2) });
        const int Clients = 600;
        for (int i = 0; i < Clients; i++)
        {
            using RawPeer client = await RawPeer.ConnectAsync(rig.Address);
            if (i % 3 == 0) await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
            if (i % 3 == 1) client.Reset();
        }

        await Deadline.Until(() => rig.Listener.TlsFailures == Clients, () => $"{rig.Listener.TlsFailures} of {Clients} counted");
        await rig.ExpectNothingLeftAsync();
        Assert.Equal(0, TlsSession.Live);
    }

    [Fact]
    public async Task RenegotiationIsRefused()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings());
        string printed = await Openssl.AskAsync(rig.Address, "R\n", "-tls1_2");
        Assert.Contains("RENEGOTIATING", printed, StringComparison.Ordinal);
        Assert.Contains("no renegotiation", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABadRecordEndsTheConnection()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings());
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("ok");
        await client.Socket.SendAsync(new byte[] { 23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, SocketFlags.None);
        await Assert.ThrowsAnyAsync<IOException>(() => client.ReadUntilAsync("more"));
        await Deadline.Until(() => TlsSession.Live == 0, "the session is freed");
    }

    [Fact]
    public async Task NewKeysInTheMiddleOfAStreamAreFollowed()
    {
        await using ProxyRig rig = Rig(new TimeoutSettings());
        string[] arguments = ["s_client", "-connect", rig.Address.ToString(), "-tls1_3", "-crlf"];
        var start = new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process client = Process.Start(start)!;
        try
        {
            for (int i = 0; i < 10; i++)
            {
                // A line of its own is an order: new keys, and the other side is asked for its own.
                await client.StandardInput.WriteAsync("K\n");
                await client.StandardInput.FlushAsync();
                await ReadLineAsync(client.StandardError, "KEYUPDATE");
                await client.StandardInput.WriteAsync("GET / HTTP/1.1\nHost: a\n\n");
                await client.StandardInput.FlushAsync();
                await ReadLineAsync(client.StandardOutput, "HTTP/1.1 200 OK");
            }
        }
        finally
        {
            client.Kill();
        }
    }

    private static async Task ReadLineAsync(StreamReader reader, string expected)
    {
        while (true)
        {
            string? line = await reader.ReadLineAsync(Deadline.Token);
            Assert.NotNull(line);
            if (line.Contains(expected, StringComparison.Ordinal)) return;
        }
    }

    private ProxyRig Rig(TimeoutSettings timeouts) =>
        new(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), _upstream.Address).WithTimeouts(timeouts));
}
