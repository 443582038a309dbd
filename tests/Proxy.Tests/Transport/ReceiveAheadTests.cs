using System.IO.Pipelines;
using System.Text;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>Bytes of several connections are received before the first of them is dealt with: what that one does to the others in between.</summary>
public sealed class ReceiveAheadTests
{
    [Fact]
    public async Task AReadThatIsCancelledInBetweenKeepsItsBytesAndTheNextOneWaitsForMore()
    {
        await using var rig = new LoopRig();
        (Connection first, RawPeer firstPeer) = await rig.ConnectAsync();
        (Connection second, RawPeer secondPeer) = await rig.ConnectAsync();
        Task<string> seen = rig.RunAsync(async () =>
        {
            ValueTask<ReadResult> waiting = second.Reader.ReadAsync();
            Task cancel = CancelAfterReadAsync(first, second);
            ReadResult cancelled = await waiting;
            await cancel;
            Assert.True(cancelled.IsCanceled);
            string text = Encoding.ASCII.GetString(second.Reader.UnreadSpan);
            second.Reader.Skip(second.Reader.Unread);
            // In the same turn as the event of the bytes that are gone: it must not complete this read without any.
            ReadResult next = await second.Reader.ReadAsync();
            Assert.False(next.IsCanceled);
            return text + "|" + Encoding.ASCII.GetString(next.Buffer);
        });
        await SendInOneTurnAsync(rig, firstPeer, "go", secondPeer, "kept");
        Assert.False(seen.IsCompleted);
        await secondPeer.SendAsync("more");
        Assert.Equal("kept|more", await seen);
    }

    [Fact]
    public async Task AConnectionThatIsClosedInBetweenGivesItsBlockBack()
    {
        await using var rig = new LoopRig();
        (Connection first, RawPeer firstPeer) = await rig.ConnectAsync();
        (Connection second, RawPeer secondPeer) = await rig.ConnectAsync();
        Task closed = rig.RunAsync(async () =>
        {
            ValueTask<ReadResult> other = first.Reader.ReadAsync();
            ValueTask<ReadResult> waiting = second.Reader.ReadAsync();
            _ = await other;
            first.Reader.Skip(first.Reader.Unread);
            second.CloseNow();
            Assert.True((await waiting).IsCompleted);
        });
        await SendInOneTurnAsync(rig, firstPeer, "go", secondPeer, "lost");
        await closed;
        // The rig checks that no block is left.
    }

    [Fact]
    public async Task ManyConnectionsThatSpeakInOneTurnAllGetTheirOwnBytes()
    {
        await using var rig = new LoopRig();
        var pairs = new List<(Connection Ours, RawPeer Peer)>();
        for (int i = 0; i < 70; i++) pairs.Add(await rig.ConnectAsync());
        Task<string>[] reads = [.. pairs.Select(pair => rig.RunAsync(async () =>
        {
            ReadResult read = await pair.Ours.Reader.ReadAsync();
            string text = Encoding.ASCII.GetString(read.Buffer);
            pair.Ours.Reader.Skip(pair.Ours.Reader.Unread);
            return text;
        }))];
        await rig.DoAsync(() => { });
        using var sent = new ManualResetEventSlim();
        rig.Loop.Post(sent.Wait);
        for (int i = 0; i < pairs.Count; i++) await pairs[i].Peer.SendAsync($"number {i}");
        sent.Set();
        for (int i = 0; i < pairs.Count; i++) Assert.Equal($"number {i}", await reads[i].In());
    }

    private static async Task CancelAfterReadAsync(Connection first, Connection second)
    {
        _ = await first.Reader.ReadAsync();
        first.Reader.Skip(first.Reader.Unread);
        second.Reader.CancelPendingRead();
    }

    /// <summary>Holds the loop until both have sent, so that it learns of both at once.</summary>
    private static async Task SendInOneTurnAsync(LoopRig rig, RawPeer first, string one, RawPeer second, string two)
    {
        // The reads wait.
        await rig.DoAsync(() => { });
        using var sent = new ManualResetEventSlim();
        rig.Loop.Post(sent.Wait);
        await first.SendAsync(one);
        await second.SendAsync(two);
        sent.Set();
        await rig.DoAsync(() => { });
    }
}
