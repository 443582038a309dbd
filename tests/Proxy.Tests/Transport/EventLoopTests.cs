using System.IO.Pipelines;
using System.Net.Sockets;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>The loop runs what is posted, in order, and never delivers an event to the wrong owner of a slot.</summary>
public sealed class EventLoopTests
{
    [Fact]
    public async Task PostedActionsRunOnTheLoopInOrder()
    {
        await using var rig = new LoopRig();
        var seen = new List<int>();
        for (int i = 0; i < 10_000; i++)
        {
            int number = i;
            rig.Loop.Post(() => seen.Add(number));
        }

        Assert.True(await rig.DoAsync(() => rig.Loop.IsCurrent));
        Assert.Equal(Enumerable.Range(0, 10_000), seen);
    }

    [Fact]
    public async Task NoActionIsLostWhenManyThreadsPost()
    {
        await using var rig = new LoopRig();
        int count = 0;
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 5000; i++) rig.Loop.Post(() => count++);
        });
        Assert.Equal(40_000, await rig.DoAsync(() => count));
    }

    [Fact]
    public async Task AnActionThatPostsAgainDoesNotStarveTheSockets()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        bool stop = false;
        void Again()
        {
            if (!stop) rig.Loop.Post(Again);
        }

        rig.Loop.Post(Again);
        Task<int> read = rig.RunAsync(async () => (int)(await ours.Reader.ReadAsync()).Buffer.Length);
        await peer.SendAsync("x");
        Assert.Equal(1, await read);
        await rig.DoAsync(() => stop = true);
    }

    [Fact]
    public async Task SwitchContinuesOnTheLoop()
    {
        await using var rig = new LoopRig();
        Assert.False(rig.Loop.IsCurrent);
        bool there = await rig.RunAsync(async () =>
        {
            await Task.Run(() => { }).ConfigureAwait(false);
            await rig.Loop.Switch();
            return rig.Loop.IsCurrent;
        });
        Assert.True(there);
    }

    [Fact]
    public async Task AnActionThatThrowsIsLoggedAndTheLoopGoesOn()
    {
        var log = new RecordingLog();
        using var loop = new EventLoop(0, TimeProvider.System, log);
        loop.Start();
        loop.Post(() => throw new InvalidOperationException("from the test"));
        var done = new TaskCompletionSource();
        loop.Post(done.SetResult);
        await done.Task.In();
        await log.ExpectAsync(3000, "the exception is logged");
    }

    [Fact]
    public async Task ATimerCallbackThatThrowsIsLoggedAndTheLoopGoesOn()
    {
        var log = new RecordingLog();
        using var loop = new EventLoop(0, TimeProvider.System, log);
        loop.Start();
        var second = new SignalTimer(throws: false);
        loop.Post(() =>
        {
            loop.Timers.Arm(new SignalTimer(throws: true), loop.NowNs + 1);
            loop.Timers.Arm(second, loop.NowNs + 100_000_000);
        });
        await second.Fired.Task.In();
        await log.ExpectAsync(3000, "the exception is logged");
    }

    /// <summary>A reader that examines everything and consumes nothing, until there is no room: whoever wrote that is told, and nobody else suffers.</summary>
    [Fact]
    public async Task AnExceptionWhileBytesAreReceivedEndsItsConnectionOnly()
    {
        await using var rig = new LoopRig { MayFail = true };
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        (Connection other, RawPeer otherPeer) = await rig.ConnectAsync();
        Task full = rig.RunAsync(async () =>
        {
            for (ReadResult read = default; read.Buffer.Length < BufferPool.LargeSize;)
            {
                read = await ours.Reader.ReadAsync();
                ours.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }

            // The look shows that there is nothing more now, so that the next read waits for an event.
            BufferBlock block = rig.Loop.Buffers.Rent();
            ours.Reader.Peek(block);
            rig.Loop.Buffers.Return(block);
            Assert.True((await ours.Reader.ReadAsync()).IsCompleted);
        });
        await peer.SendAsync(new byte[BufferPool.LargeSize]);
        await Deadline.Until(() => ours.Reader.IsWaiting && ours.Reader.Unread == BufferPool.LargeSize, "the buffer is full");
        await peer.SendAsync("x");
        await full.In();
        await rig.Log.ExpectAsync(3000, "the exception is logged");
        Assert.True(ours.IsClosed);
        await otherPeer.SendAsync("y");
        Assert.Equal(1, await rig.RunAsync(async () => (int)(await other.Reader.ReadAsync()).Buffer.Length));
    }

    [Fact]
    public async Task AnExceptionWhileAnswersAreSentTogetherKeepsNoOtherFromBeingSent()
    {
        await using var rig = new LoopRig { MayFail = true };
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        await rig.DoAsync(() =>
        {
            rig.Loop.Gather(null!); // whose bug it is does not matter
            ours.Writer.Append("sent"u8);
            Assert.True(ours.Writer.TryFlushSoon());
        });
        Assert.Equal("sent", await peer.ReadTextAsync(4));
        await rig.Log.ExpectAsync(3000, "the exception is logged");
    }

    /// <summary>More connections than are received from together: by the time of the later ones a slot may have another owner.</summary>
    [Fact]
    public async Task AFinFetchedForAClosedConnectionIsNotTakenForThatOfTheNextOwnerOfItsSlot()
    {
        await using var rig = new LoopRig();
        var pairs = new List<(Connection Ours, RawPeer Peer)>();
        for (int i = 0; i < 40; i++) pairs.Add(await rig.ConnectAsync());
        (Connection victim, RawPeer last) = pairs[^1];
        using var pair = new UnusedConnection();
        Connection? next = null;
        Task<ReadResult>? waiting = null;
        await rig.DoAsync(() =>
        {
            pairs[0].Ours.Owner = new ActingOwner(() =>
            {
                if (next is not null) return;
                uint slot = (uint)victim.Token;
                victim.Close();
                next = new Connection(rig.Loop, pair.TakeDescriptor(), victim.Remote);
                next.Attach();
                waiting = next.Reader.ReadAsync().AsTask();
                Assert.Equal(slot, (uint)next.Token);
            });
            // In this order the kernel tells of them.
            foreach ((_, RawPeer peer) in pairs) Send(peer);
            last.FinishSending();
        });
        await Deadline.Until(() => next is not null, "the slot has changed hands");
        await rig.DoAsync(() => { });
        Assert.False(await rig.DoAsync(() => next!.Reader.PeerFinished));
        Assert.False(waiting!.IsCompleted);
        await rig.DoAsync(next!.Close);
    }

    [Fact]
    public async Task AStandingLoopStillTurns()
    {
        await using var rig = new LoopRig();
        long before = rig.Loop.Turns;
        await Deadline.Until(() => rig.Loop.Turns > before + 3, "turns without work");
    }

    [Fact]
    public async Task AnEventFetchedForAClosedConnectionIsNotGivenToTheNextOwnerOfItsSlot()
    {
        await using var rig = new LoopRig();
        (Connection first, RawPeer firstPeer) = await rig.ConnectAsync();
        (Connection second, RawPeer secondPeer) = await rig.ConnectAsync();
        var owner = new CountingOwner();
        // Both become readable while the loop is held up here, so that one batch carries both events. Whichever comes first closes the
        // other and puts a new source into its slot before the other's event is dispatched.
        await rig.DoAsync(() =>
        {
            first.Owner = new ActingOwner(() => Replace(rig, second, owner));
            second.Owner = new ActingOwner(() => Replace(rig, first, owner));
            Send(firstPeer);
            Send(secondPeer);
        });
        await Deadline.Until(() => owner.Replaced, "one of the two was closed by the other");
        await rig.DoAsync(() => { });
        await rig.DoAsync(() => { });
        Assert.Equal(0, owner.Events);
    }

    [Fact]
    public async Task ASlotIsUsedAgainUnderAnotherGeneration()
    {
        await using var rig = new LoopRig();
        (Connection first, _) = await rig.ConnectAsync();
        ulong before = first.Token;
        await rig.DoAsync(first.Close);
        (Connection second, _) = await rig.ConnectAsync();
        Assert.Equal((uint)before, (uint)second.Token);
        Assert.NotEqual(before, second.Token);
    }

    [Fact]
    public async Task PostingAfterTheEndWritesToNobodysDescriptor()
    {
        var loop = new EventLoop(0, TimeProvider.System, new RecordingLog());
        loop.Start();
        loop.Dispose();
        // The freed numbers are given to the next files: a late post must not wake them.
        using var left = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        int[] eventFds = [.. Enumerable.Range(0, 64).Select(_ => Libc.EventFd(0, Linux.EventFdNonBlock | Linux.EventFdCloseOnExec))];
        for (int i = 0; i < 100; i++) loop.Post(() => { });
        try
        {
            Assert.All(eventFds, fd => Assert.Equal(0ul, CountOf(fd)));
        }
        finally
        {
            foreach (int fd in eventFds) _ = Libc.Close(fd);
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task DisposeClosesWhatItsContinuationsOpenToo()
    {
        using var upstream = new Upstream();
        var loop = new EventLoop(0, TimeProvider.System, new RecordingLog());
        loop.Start();
        var opened = new TaskCompletionSource();
        Connection? last = null;
        loop.Post(async () =>
        {
            var address = SocketAddress.From(upstream.Address);
            await Connection.ConnectAsync(loop, address, long.MaxValue, out Connection one);
            opened.SetResult();
            await one.Reader.ReadAsync();
            await Connection.ConnectAsync(loop, address, long.MaxValue, out last);
        });
        await opened.Task.In();
        loop.Dispose();
        Assert.True(last is { IsClosed: true });
    }

    private static ulong CountOf(int eventFd) => EventCounter.Read(eventFd);

    private static void Send(RawPeer peer) => peer.Socket.Send("x"u8);

    private static void Replace(LoopRig rig, Connection victim, CountingOwner owner)
    {
        if (owner.Replaced) return;
        owner.Replaced = true;
        victim.Owner = null;
        uint slot = (uint)victim.Token;
        victim.Close();
        var source = new CountingSource(rig.Loop, owner);
        rig.Loop.Register(source, Linux.EpollIn | Linux.EpollOut | Linux.EpollReadHangUp | Linux.EpollEdge);
        Assert.Equal(slot, (uint)source.Token);
        rig.Loop.Post(source.CloseNow);
    }

    private sealed class CountingOwner
    {
        public bool Replaced { get; set; }

        public int Events { get; set; }
    }

    /// <summary>An event counter that nobody ever signals: any readable event it is told of is another's.</summary>
    private sealed class CountingSource : LoopSource
    {
        private readonly CountingOwner _owner;

        internal CountingSource(EventLoop loop, CountingOwner owner)
            : base(loop)
        {
            _owner = owner;
            DescriptorOf(this) = Libc.EventFd(0, Linux.EventFdNonBlock | Linux.EventFdCloseOnExec);
        }

        internal override void OnEvents(uint events)
        {
            if ((events & Linux.EpollIn) != 0) _owner.Events++;
        }

        internal override void CloseNow()
        {
            if (Descriptor < 0) return;
            Loop.Release(this);
            _ = Libc.Close(Descriptor);
            DescriptorOf(this) = -1;
        }

        [System.Runtime.CompilerServices.UnsafeAccessor(System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = "<Descriptor>k__BackingField")]
        private static extern ref int DescriptorOf(LoopSource source);
    }

    /// <summary>An established connection, one end of which is given away.</summary>
    private sealed class UnusedConnection : IDisposable
    {
        private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _accepted;

        public UnusedConnection()
        {
            using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listening.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            listening.Listen(1);
            _client.Connect(listening.LocalEndPoint!);
            _accepted = listening.Accept();
            _accepted.Blocking = false;
        }

        /// <summary>A descriptor of its own for whoever takes it, and closes it.</summary>
        public int TakeDescriptor() => Duplicate((int)_accepted.Handle);

        public void Dispose()
        {
            _client.Dispose();
            _accepted.Dispose();
        }

        [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "dup")]
        private static extern int Duplicate(int descriptor);
    }

    private sealed class ActingOwner(Action act) : IConnectionOwner
    {
        public void OnUnattended(Connection connection, bool finished, bool reset) => act();
    }

    private sealed class SignalTimer(bool throws) : LoopTimer
    {
        public TaskCompletionSource Fired { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal override void OnDeadline(long nowNs)
        {
            Fired.SetResult();
            if (throws) throw new InvalidOperationException("from the test");
        }
    }
}
