using System.Text;
using Appliance.Proxy.Layer7;

namespace Proxy.Tests.Layer7;

/// <summary>Chunked framing in its one reading.</summary>
public sealed class ChunkedScannerTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("05\r\nhello\r\n000\r\n\r\n", "hello")]
    [InlineData("5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n", "hello")]
    [InlineData("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    [InlineData("1\r\nx\r\n0\r\nX-A: 1\r\nX-B:\r\n\r\n", "x")]
    public void SoundBodiesPassWhole(string wire, string data)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(wire + "GET / HTTP/1.1\r\n");
        var scanner = default(ChunkedScanner);
        var text = new StringBuilder();
        int at = 0;
        while (!scanner.IsDone && !scanner.IsBad)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(at);
            at += scanner.Next(rest, out Range part);
            text.Append(Encoding.Latin1.GetString(rest[part]));
        }

        Assert.True(scanner.IsDone);
        Assert.Equal((wire.Length, data), (at, text.ToString()));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\n")]
    [InlineData("0x5\r\n")]
    [InlineData(" 5\r\n")]
    [InlineData("5 \r\n")]
    [InlineData("5\n")]
    [InlineData("5\r\r\n")]
    [InlineData("5;\0\r\n")]
    [InlineData("5;a\nb\r\n")]
    [InlineData("5;a\rb\r\n")]
    [InlineData(";x\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r0\r\n\r\n")]
    [InlineData("0\r\n\n")]
    [InlineData("0\r\n\rX")]
    [InlineData("0\r\n X: folded\r\n\r\n")]
    [InlineData("0\r\nX : a\r\n\r\n")]
    [InlineData("0\r\n: a\r\n\r\n")]
    [InlineData("0\r\nX\r\n\r\n")]
    [InlineData("0\r\nX: a\n\r\n")]
    [InlineData("0\r\nX: a\0\r\n\r\n")]
    [InlineData("0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("0\r\ntransfer-encoding: chunked\r\n\r\n")]
    [InlineData("0\r\nHost: b\r\n\r\n")]
    [InlineData("0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")]
    [InlineData("0\r\nConnection: close\r\n\r\n")]
    [InlineData("0\r\nAuthorization: Basic x\r\n\r\n")]
    [InlineData("0\r\nCookie: a=b\r\n\r\n")]
    [InlineData("0\r\nset-cookie: a=b\r\n\r\n")]
    [InlineData("0\r\nProxy-Authorization: a\r\n\r\n")]
    [InlineData("0\r\nWWW-Authenticate: a\r\n\r\n")]
    [InlineData("0\r\nProxy-Authenticate: a\r\n\r\n")]
    [InlineData("0\r\nTrailer: a\r\n\r\n")]
    [InlineData("0\r\nContent-Encoding: a\r\n\r\n")]
    [InlineData("0\r\nContent-Type: a\r\n\r\n")]
    [InlineData("0\r\nContent-Range: a\r\n\r\n")]
    [InlineData("0\r\nCache-Control: a\r\n\r\n")]
    [InlineData("0\r\nMax-Forwards: 1\r\n\r\n")]
    [InlineData("0\r\nTE: a\r\n\r\n")]
    public void BodiesWithASecondReadingAreRefused(string wire)
    {
        var scanner = default(ChunkedScanner);
        scanner.Pass(Encoding.Latin1.GetBytes(wire));
        Assert.True(scanner.IsBad);
    }

    [Theory]
    [InlineData("5;")]
    [InlineData("0\r\nX: ")]
    [InlineData("0\r\nX")]
    public void EndlessLinesAreRefused(string beginning)
    {
        var scanner = default(ChunkedScanner);
        scanner.Pass(Encoding.Latin1.GetBytes(beginning + new string('a', 8193)));
        Assert.True(scanner.IsBad);
    }

    [Fact]
    public void EndlessTrailersAreRefused()
    {
        var scanner = default(ChunkedScanner);
        scanner.Pass(Encoding.Latin1.GetBytes("0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 5000))));
        Assert.True(scanner.IsBad);
    }

    [Fact]
    public void TheLargestSizeIsCountedWithoutOverflow()
    {
        var scanner = default(ChunkedScanner);
        byte[] bytes = Encoding.Latin1.GetBytes("fffffffffffffff\r\nabc\r\n0\r\n\r\n");
        Assert.Equal(bytes.Length, scanner.Pass(bytes));
        Assert.False(scanner.IsDone || scanner.IsBad);
    }

    [Fact]
    public void OnlyDataIsCounted()
    {
        var scanner = default(ChunkedScanner);
        scanner.Pass("5;ext=1\r\nhello\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"u8);
        Assert.Equal((true, 8), (scanner.IsDone, scanner.DataBytes));
    }

    [Theory]
    [InlineData(80, 1, 90, true)]
    [InlineData(80, 1, 200, false)] // far more extension than data
    [InlineData(80, 1000, 200, true)] // signed chunks of a fair size
    public void ExtensionsMayNotOutweighTheData(int extension, int data, int chunks, bool sound)
    {
        string chunk = $"{data:x};{new string('e', extension)}\r\n{new string('d', data)}\r\n";
        var scanner = default(ChunkedScanner);
        scanner.Pass(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(chunk, chunks)) + "0\r\n\r\n"));
        Assert.Equal((sound, !sound), (scanner.IsDone, scanner.IsBad));
    }
}
