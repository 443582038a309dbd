using System.Text;
using Appliance.Proxy.Layer7;
using Proxy.Tests.Support;

namespace Proxy.Tests.Layer7;

public sealed class AccessLogBufferTests
{
    [Fact]
    public void LinesComeOutAsTheyWentIn()
    {
        var buffer = new AccessLogBuffer(64);
        Assert.True(buffer.TryWrite("one\n"u8) && buffer.TryWrite("two\n"u8));
        Assert.Equal("one\ntwo\n", Read(buffer, 64));
        Assert.Equal("", Read(buffer, 64));
    }

    [Fact]
    public void WhatFindsNoRoomIsDroppedWholeAndCounted()
    {
        var buffer = new AccessLogBuffer(16);
        Assert.True(buffer.TryWrite("0123456789\n"u8));
        Assert.False(buffer.TryWrite("abcdef\n"u8));
        Assert.True(buffer.TryWrite("abcd\n"u8));
        Assert.Equal(("0123456789\nabcd\n", 1), (Read(buffer, 64), buffer.Dropped));
        Assert.True(buffer.TryWrite("0123456789abcde\n"u8));
        Assert.Equal("0123456789abcde\n", Read(buffer, 64));
    }

    [Fact]
    public void OnlyWholeLinesAreTaken()
    {
        var buffer = new AccessLogBuffer(64);
        buffer.TryWrite("first\n"u8);
        buffer.TryWrite("second\n"u8);
        Assert.Equal("first\n", Read(buffer, 9));
        Assert.Equal("", Read(buffer, 3));
        Assert.Equal("second\n", Read(buffer, 7));
    }

    [Fact]
    public async Task AProducerAndAConsumerAtOnceLoseAndTearNothingUncounted()
    {
        const int Lines = 200_000;
        var buffer = new AccessLogBuffer(1024);
        var seen = new StringBuilder();
        using var done = new CancellationTokenSource();
        Task consumer = Task.Run(() =>
        {
            byte[] into = new byte[300];
            while (true)
            {
                bool last = done.IsCancellationRequested;
                int length = buffer.Read(into);
                seen.Append(Encoding.ASCII.GetString(into, 0, length));
                if (last && length == 0) return;
            }
        });
        int written = 0;
        for (int i = 0; i < Lines; i++)
        {
            if (buffer.TryWrite(Encoding.ASCII.GetBytes($"line {i} of many {new string('x', i % 37)}\n"))) written++;
        }

        await done.CancelAsync();
        await consumer.In();
        string[] lines = seen.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((written, (long)Lines - written), (lines.Length, buffer.Dropped));
        int before = -1;
        foreach (string line in lines)
        {
            int number = int.Parse(line.Split(' ')[1]);
            Assert.True(number > before && line == $"line {number} of many {new string('x', number % 37)}", line);
            before = number;
        }
    }

    private static string Read(AccessLogBuffer buffer, int room)
    {
        byte[] into = new byte[room];
        return Encoding.ASCII.GetString(into, 0, buffer.Read(into));
    }
}
