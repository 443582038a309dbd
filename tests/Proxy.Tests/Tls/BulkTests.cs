using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using FsCheck;
using FsCheck.Fluent;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>Bytes in both directions at once, in pieces of every size, with peers that read slowly: all arrive, in order, and nothing hangs.</summary>
public sealed class BulkTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, 1)]
    [InlineData(SslProtocols.Tls13, 2)]
    [InlineData(SslProtocols.Tls13, 3)]
    public async Task ManyMegabytesCrossBothWaysAtOnce(SslProtocols version, int seed)
    {
        await using var rig = new LoopRig();
        (Connection ours, SslStream peer) = await ConnectAsync(rig, version, receiveBuffer: 64 * 1024);
        const long Length = 64_000_000;
        Task there = rig.RunAsync(() => SendAsync(ours, Length, seed, 200_000));
        Task<long> back = rig.RunAsync(() => ReceiveAsync(ours, Length, seed + 1));
        Task sending = Task.Run(() => PeerSendAsync(peer, Length, seed + 1, 100_000));
        await Task.Run(() => PeerReceiveAsync(peer, Length, seed, slow: seed == 3)).WaitAsync(TimeSpan.FromSeconds(60));
        await Task.WhenAll(there, back, sending).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Length, await back);
    }

    /// <summary>Sizes around the borders of records and blocks, alone and behind something queued.</summary>
    [Fact]
    public async Task EverySizeAroundABorderArrivesWhole()
    {
        await using var rig = new LoopRig();
        (Connection ours, SslStream peer) = await ConnectAsync(rig, SslProtocols.Tls13);
        int[] sizes = [1, 2, 2047, 2048, 2049, 16383, 16384, 16385, 32767, 32768, 32769, 65535, 65536, 65537, 81919, 81920, 81921, 300_000];
        foreach (int queued in new[] { 0, 1, 300, 16083, 16084, 16384, 16385, 20_000 })
        {
            foreach (int size in sizes)
            {
                byte[] bytes = Bytes(queued + size, queued + size);
                Task sent = rig.RunAsync(async () =>
                {
                    ours.Writer.Append(bytes.AsSpan(0, queued));
                    FlushResult flushed = await ours.Writer.WriteAsync(bytes.AsMemory(queued));
                    Assert.False(flushed.IsCompleted || flushed.IsCanceled);
                });
                byte[] received = new byte[bytes.Length];
                await peer.ReadExactlyAsync(received, Deadline.Token);
                Assert.True(bytes.AsSpan().SequenceEqual(received), $"{queued} queued and {size}");
                await sent;
                await peer.WriteAsync(bytes, Deadline.Token);
                Assert.Equal(bytes.Length, await rig.RunAsync(() => ReceiveAsync(ours, bytes.Length, bytes)));
            }
        }
    }

    /// <summary>The peer reads nothing until we have said that nothing more comes: what waits, then close_notify, then FIN.</summary>
    [Fact]
    public async Task AnEndBehindAFullSocketComesAfterTheBytes()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer raw) = await rig.ConnectAsync(receiveBuffer: 4096);
        SslStream peer = await SecureAsync(rig, ours, raw, SslProtocols.Tls13);
        byte[] piece = Bytes(16384, 7);
        int pieces = await rig.RunAsync(async () =>
        {
            for (int i = 1; ; i++)
            {
                ValueTask<FlushResult> flush = ours.Writer.WriteAsync(piece);
                if (!flush.IsCompleted) ours.Writer.CancelPendingFlush();
                if (!(await flush).IsCanceled) continue;
                Assert.True(ours.Tls!.HasUnsent && ours.Writer.UnflushedBytes == 0);
                ours.ShutdownWrite();
                return i;
            }
        });
        byte[] received = new byte[16384];
        for (int i = 0; i < pieces; i++)
        {
            await peer.ReadExactlyAsync(received, Deadline.Token);
            Assert.True(piece.AsSpan().SequenceEqual(received), $"piece {i} of {pieces}");
        }

        Assert.Equal(0, await peer.ReadAsync(received, Deadline.Token));
        Assert.Equal(0, await raw.Socket.ReceiveAsync(received, Deadline.Token));
    }

    [Fact]
    public void AnyInterleavingOfWritesAndReadsKeepsTheOrder() => Prop.ForAll(
        Gen.Choose(0, 24).SelectMany(kind => kind switch
        {
            < 8 => Gen.Choose(1, 100),
            < 16 => Gen.Choose(16370, 16400),
            < 22 => Gen.Choose(1, 50_000),
            _ => Gen.Choose(81_900, 200_000),
        }).ArrayOf().Where(sizes => sizes.Length is > 0 and < 30).ToArbitrary(),
        Gen.Choose(1, int.MaxValue).ToArbitrary(),
        (sizes, seed) => Task.Run(() => InterleaveAsync(sizes, seed)).Wait(TimeSpan.FromSeconds(30)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public async Task AHeadAndItsBodyLeaveInOneRecord()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer raw) = await rig.ConnectAsync();
        await SecureAsync(rig, ours, raw, SslProtocols.Tls12);
        byte[] bytes = Bytes(16384, 5);
        await rig.RunAsync(async () =>
        {
            ours.Writer.Append(bytes.AsSpan(0, 300));
            await ours.Writer.WriteAsync(bytes.AsMemory(300));
        });
        byte[] header = await raw.ReadBytesAsync(5);
        Assert.Equal(23, header[0]);
        Assert.InRange(header[3] * 256 + header[4], 16384 + 16, 16384 + 32);
    }

    [Fact]
    public async Task AHandshakeEndsAtItsDeadlineAlthoughAnEarlierTimerFiredMeanwhile()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer _) = await rig.ConnectAsync();
        TlsServerContext context = Context();
        bool secured = await rig.RunAsync(async () =>
        {
            ours.ArmTimer(rig.Loop.NowNs + 50_000_000);
            return await ours.StartTlsServerAsync(context, rig.Loop.NowNs + 300_000_000);
        });
        Assert.False(secured);
        Assert.Equal(ConnectionError.TimedOut, ours.Error);
    }

    private async Task<bool> InterleaveAsync(int[] sizes, int seed)
    {
        var random = new Random(seed);
        await using var rig = new LoopRig();
        SslProtocols version = random.Next(2) == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13;
        (Connection ours, SslStream peer) = await ConnectAsync(rig, version, receiveBuffer: random.Next(2) == 0 ? 4096 : 200_000);
        long total = sizes.Sum(size => (long)size);
        byte[] bytes = Bytes((int)total, seed);
        Task sending = rig.RunAsync(async () =>
        {
            int at = 0;
            foreach (int size in sizes)
            {
                int queued = random.Next(size + 1);
                ours.Writer.Append(bytes.AsSpan(at, queued));
                if (random.Next(3) == 0) await ours.Writer.FlushAsync();
                await ours.Writer.WriteAsync(bytes.AsMemory(at + queued, size - queued));
                at += size;
            }

            ours.Writer.Complete();
        });
        Task<long> receiving = rig.RunAsync(() => ReceiveAsync(ours, total, bytes));
        Task echoing = Task.Run(async () =>
        {
            byte[] buffer = new byte[40_000];
            var other = new Random(seed);
            long left = total;
            while (left > 0)
            {
                int read = await peer.ReadAsync(buffer.AsMemory(0, other.Next(1, buffer.Length)), Deadline.Token);
                Assert.NotEqual(0, read);
                left -= read;
                await peer.WriteAsync(buffer.AsMemory(0, read), Deadline.Token);
            }

            // After our close_notify the peer sees the end, and may still write.
            Assert.Equal(0, await peer.ReadAsync(buffer, Deadline.Token));
        });
        await Task.WhenAll(sending, echoing, receiving);
        return await receiving == total;
    }

    private async Task<(Connection Ours, SslStream Peer)> ConnectAsync(LoopRig rig, SslProtocols version, int? receiveBuffer = null)
    {
        (Connection ours, RawPeer raw) = await rig.ConnectAsync(receiveBuffer);
        return (ours, await SecureAsync(rig, ours, raw, version));
    }

    private TlsServerContext Context()
    {
        TlsSettings tls = TlsRigs.With(_authority.Issue("www.example.com"));
        return TlsServerContext.Load(TlsRigs.Settings(tls).Listeners[0], tls, new TicketKeys([], TimeProvider.System));
    }

    private async Task<SslStream> SecureAsync(LoopRig rig, Connection ours, RawPeer raw, SslProtocols version)
    {
        TlsServerContext context = Context();
        Task<bool> secured = rig.RunAsync(async () => await ours.StartTlsServerAsync(context, long.MaxValue));
        var peer = new SslStream(new System.Net.Sockets.NetworkStream(raw.Socket));
        await peer.AuthenticateAsClientAsync(TlsPeer.Options("www.example.com", _authority, version), Deadline.Token);
        Assert.True(await secured);
        return peer;
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendAsync(Connection ours, long length, int seed, int most)
    {
        byte[] pattern = Bytes(1_000_003, seed);
        var sizes = new Random(seed);
        for (long at = 0; at < length;)
        {
            int from = (int)(at % pattern.Length);
            int size = (int)Math.Min(Math.Min(sizes.Next(1, most), pattern.Length - from), length - at);
            FlushResult flushed = await ours.Writer.WriteAsync(pattern.AsMemory(from, size));
            Assert.False(flushed.IsCompleted || flushed.IsCanceled);
            at += size;
        }
    }

    private static async Task PeerSendAsync(SslStream peer, long length, int seed, int most)
    {
        byte[] pattern = Bytes(1_000_003, seed);
        var sizes = new Random(seed);
        for (long at = 0; at < length;)
        {
            int from = (int)(at % pattern.Length);
            int size = (int)Math.Min(Math.Min(sizes.Next(1, most), pattern.Length - from), length - at);
            await peer.WriteAsync(pattern.AsMemory(from, size));
            at += size;
        }
    }

    private static Task<long> ReceiveAsync(Connection ours, long length, int seed) => ReceiveAsync(ours, length, Bytes(1_000_003, seed));

    private static async Task<long> ReceiveAsync(Connection ours, long length, byte[] pattern)
    {
        long at = 0;
        while (at < length)
        {
            ReadResult read = await ours.Reader.ReadAsync();
            int count = ours.Reader.Unread;
            Assert.True(Matches(ours.Reader.UnreadSpan, pattern, at), $"wrong bytes at {at}");
            at += count;
            ours.Reader.Skip(count);
            if (read.IsCompleted) break;
        }

        return at;
    }

    private static async Task PeerReceiveAsync(SslStream peer, long length, int seed, bool slow)
    {
        byte[] pattern = Bytes(1_000_003, seed), buffer = new byte[100_000];
        var sizes = new Random(seed);
        for (long at = 0; at < length;)
        {
            // Yielding lets the socket fill up, again and again.
            if (slow && sizes.Next(20) == 0) await Task.Yield();
            int read = await peer.ReadAsync(buffer.AsMemory(0, sizes.Next(1, slow ? 3000 : buffer.Length)));
            Assert.True(read > 0 && Matches(buffer.AsSpan(0, read), pattern, at), $"wrong bytes at {at}");
            at += read;
        }
    }

    private static bool Matches(ReadOnlySpan<byte> bytes, byte[] pattern, long at)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> expected = pattern.AsSpan((int)(at % pattern.Length));
            int take = Math.Min(expected.Length, bytes.Length);
            if (!bytes[..take].SequenceEqual(expected[..take])) return false;
            bytes = bytes[take..];
            at += take;
        }

        return true;
    }
}
