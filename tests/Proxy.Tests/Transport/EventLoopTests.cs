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
