using System.Net.Sockets;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

/// <summary>Small messages are sent together at the end of a turn of the loop, and nothing is lost between their writing and their sending.</summary>
public sealed class GatheredSendTests
{
    [Fact]
    public async Task WhatIsPutOffLeavesTogetherWhenTheTurnEnds()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        await rig.DoAsync(() =>
        {
            Write(ours, "one ");
            Write(ours, "two");
            Assert.Equal((0, 7), (ours.Writer.TotalBytes, ours.Writer.AcceptedBytes));
        });
        Assert.Equal("one two", await peer.ReadTextAsync(7));
        Assert.Equal((7, 7), await rig.DoAsync(() => (ours.Writer.TotalBytes, ours.Writer.AcceptedBytes)));
    }

    [Fact]
    public async Task MoreConnectionsThanAreGatheredAtOnceAllGetTheirs()
    {
        await using var rig = new LoopRig();
        var pairs = new List<(Connection Ours, RawPeer Peer)>();
        for (int i = 0; i < 150; i++) pairs.Add(await rig.ConnectAsync());
        await rig.DoAsync(() => pairs.ForEach(pair => Write(pair.Ours, "mine")));
        foreach ((_, RawPeer peer) in pairs) Assert.Equal("mine", await peer.ReadTextAsync(4));
    }

    [Fact]
    public async Task AFlushAfterItSendsBothInOrder()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        await rig.RunAsync(async () =>
        {
            Write(ours, "one ");
            ours.Writer.Append("two "u8);
            Assert.False((await ours.Writer.FlushAsync()).IsCompleted);
            Assert.Equal(8, ours.Writer.TotalBytes);
            Write(ours, "three");
        });
        Assert.Equal("one two three", await peer.ReadTextAsync(13));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheEndOfTheConnectionComesBehindIt(bool close)
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync();
        await rig.DoAsync(() =>
        {
            Write(ours, "last words");
            if (close) ours.Close();
            else ours.ShutdownWrite();
        });
        Assert.Equal("last words", await peer.ReadTextAsync(10));
        await peer.ExpectEndAsync();
    }

    [Fact]
    public async Task WhatAFullSocketDoesNotTakeGoesWhenThereIsRoomAndTheFinWaitsForIt()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync(receiveBuffer: 4096);
        int filled = await rig.DoAsync(() => Fill(ours));
        await rig.DoAsync(() =>
        {
            Write(ours, "late but whole");
            ours.Writer.OnGathered();
            Assert.False(ours.Writer.IsSent);
            ours.ShutdownWrite();
            // Somebody who cannot have it put off has to wait.
            Assert.False(ours.Writer.TryFlushSoon());
        });
        await peer.ReadBytesAsync(filled);
        Assert.Equal("late but whole", await peer.ReadTextAsync(14));
        await peer.ExpectEndAsync();
    }

    [Fact]
    public async Task AClosedConnectionWhoseSocketDidNotTakeItAllIsResetAndNotEnded()
    {
        await using var rig = new LoopRig();
        (Connection ours, RawPeer peer) = await rig.ConnectAsync(receiveBuffer: 4096);
        await rig.DoAsync(() =>
        {
            Fill(ours);
            Write(ours, "never whole");
            ours.Close();
        });
        await peer.ExpectResetAsync();
    }

    private static void Write(Connection connection, string text)
    {
        connection.Writer.Append(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.True(connection.Writer.TryFlushSoon());
    }

    /// <summary>Fills the socket behind the writer's back.</summary>
    private static int Fill(Connection connection)
    {
        using var socket = new Socket(new SafeSocketHandle(connection.Descriptor, ownsHandle: false)) { Blocking = false };
        byte[] zeros = new byte[64 * 1024];
        int sent = 0;
        for (int size = zeros.Length; size > 0;)
        {
            int taken = socket.Send(zeros.AsSpan(0, size), SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) sent += taken;
            else size /= 2;
        }

        return sent;
    }
}
