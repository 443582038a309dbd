using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Transport;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Proxy.Tests.Support;

/// <summary>One running event loop and, on it, one connection whose other end is the test's.</summary>
internal sealed class LoopRig : IAsyncDisposable
{
    private readonly List<RawPeer> _peers = [];

    public LoopRig()
    {
        Loop = new EventLoop(0, TimeProvider.System, Log);
        Loop.Start();
    }

    public RecordingLog Log { get; } = new();

    /// <summary>Set by tests that make code of the loop fail.</summary>
    public bool MayFail { get; init; }

    public EventLoop Loop { get; }

    /// <summary>A TCP connection over loopback: the product's end on the loop, the test's as a raw peer.</summary>
    public async Task<(Connection Ours, RawPeer Peer)> ConnectAsync(int? receiveBuffer = null)
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } size) upstream.ReceiveBufferSize = size;
        upstream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        upstream.Listen(1);
        Connection ours = await RunAsync(async () =>
        {
            var address = SocketAddress.From(upstream.LocalEndPoint!);
            Assert.True(await Connection.ConnectAsync(Loop, address, long.MaxValue, out Connection connection));
            return connection;
        });
        var peer = new RawPeer(await upstream.AcceptAsync(Deadline.Token));
        _peers.Add(peer);
        return (ours, peer);
    }

    /// <summary>Runs asynchronous work that begins on the loop and goes on there.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => _ = CompleteAsync());
        return done.Task.In();

        async Task CompleteAsync()
        {
            try
            {
                done.SetResult(await work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        }
    }

    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    /// <summary>Runs something on the loop.</summary>
    public Task<T> DoAsync<T>(Func<T> work) => RunAsync(() => Task.FromResult(work()));

    public Task DoAsync(Action work) => DoAsync(() =>
    {
        work();
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        foreach (RawPeer peer in _peers) peer.Dispose();
        await DoAsync(() => Loop.Sources<Connection>().ForEach(connection => connection.Close()));
        int rented = await DoAsync(() => Loop.Buffers.Rented);
        int sources = await DoAsync(() => Loop.SourceCount);
        Loop.Dispose();
        Assert.Equal((0, 0), (rented, sources));
        if (!MayFail) Assert.DoesNotContain(Log.Entries, entry => entry.Id == 3000);
    }
}
