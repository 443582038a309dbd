using System.Net.Sockets;

namespace Proxy.Tests.Support;

/// <summary>Long streams whose every byte is known: sent in random pieces, checked as they arrive.</summary>
internal static class Bulk
{
    /// <summary>A prime, so that no block size of anybody divides it and a lost or doubled block shows.</summary>
    private const int Period = 1_000_003;

    private static readonly byte[] Pattern = MakePattern();

    public static async Task SendAsync(Socket socket, long bytes, int seed, int largestPiece = 300_000)
    {
        var random = new Random(seed);
        for (long at = 0; at < bytes;)
        {
            int from = (int)(at % Period);
            int piece = (int)Math.Min(Math.Min(Period, from + 1 + random.Next(largestPiece)) - from, bytes - at);
            at += await socket.SendAsync(Pattern.AsMemory(from, piece), Deadline.Token);
        }
    }

    /// <summary>Receives exactly so many bytes and checks each.</summary>
    /// <param name="socket">From where.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="pauseEvery">Bytes after which the reader rests for a millisecond, so that its sender's socket fills; 0: never.</param>
    public static async Task ReceiveAsync(Socket socket, long bytes, long pauseEvery = 0)
    {
        byte[] buffer = new byte[256 * 1024];
        long nextPause = pauseEvery;
        for (long at = 0; at < bytes;)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes - at)), Deadline.Token);
            Assert.True(count > 0, $"the stream ended after {at} of {bytes} bytes");
            Check(buffer.AsSpan(0, count), at);
            at += count;
            if (pauseEvery == 0 || at < nextPause) continue;
            nextPause = at + pauseEvery;
            // The pause is the subject: a receiver slower than its sender.
            await Task.Delay(1);
        }
    }

    /// <summary>Sends until the other side takes no more.</summary>
    /// <returns>Bytes sent.</returns>
    public static async Task<long> FillAsync(Socket socket)
    {
        long sent = 0;
        while (true)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            try
            {
                sent += await socket.SendAsync(Pattern.AsMemory((int)(sent % Period), (int)Math.Min(65536, Period - sent % Period)), patience.Token);
            }
            catch (OperationCanceledException)
            {
                return sent;
            }
        }
    }

    private static void Check(ReadOnlySpan<byte> received, long at)
    {
        while (!received.IsEmpty)
        {
            int from = (int)(at % Period), take = Math.Min(received.Length, Period - from);
            int wrong = received[..take].CommonPrefixLength(Pattern.AsSpan(from, take));
            Assert.True(wrong == take, $"byte {at + wrong} is not what was sent");
            received = received[take..];
            at += take;
        }
    }

    private static byte[] MakePattern()
    {
        byte[] bytes = new byte[Period];
        new Random(4711).NextBytes(bytes);
        return bytes;
    }
}
