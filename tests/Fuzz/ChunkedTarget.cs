using System.Globalization;
using System.Text;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Chunked bodies: what passes decodes to the same data by a second decoder, which knows strings only.</summary>
internal sealed class ChunkedTarget : ITarget
{
    public string Name => "http-chunked";

    public int MaximumLength => 40_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[] { "0\r\n\r\n", "5\r\nhello\r\n", "1;a=b\r\nx\r\n", "a\r\n0123456789\r\n", "0\r\n", "\r\n", "\r", "\n", "fffffffffffffff\r\n", "10000000000000000\r\n",
            "X-T: 1\r\n", "Content-Length: 5\r\n", "Host: a\r\n", ";", " ", "\t", "\0" }.Select(Encoding.Latin1.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        var whole = default(ChunkedScanner);
        int passed = whole.Pass(input);
        CheckSplits(input, whole, passed);
        if (!whole.IsDone) return HashCode.Combine(whole.IsBad, Math.Min(passed, 64), whole.DataBytes == 0);
        byte[] data = Collect(input[..passed]);
        Require(data.Length == whole.DataBytes, "the data is counted");
        Require(Decode(Encoding.Latin1.GetString(input[..passed])) == Encoding.Latin1.GetString(data), "a second decoder reads the same data, up to the same end");
        return HashCode.Combine(Math.Min(passed / 8, 64), data.Length == 0);
    }

    private static void CheckSplits(ReadOnlySpan<byte> input, ChunkedScanner whole, int passed)
    {
        var split = default(ChunkedScanner);
        int step = input.IsEmpty ? 1 : 1 + input[0] % 7, at = 0, sum = 0;
        while (at < input.Length && !split.IsDone && !split.IsBad)
        {
            int take = Math.Min(step, input.Length - at);
            sum += split.Pass(input.Slice(at, take));
            at += take;
        }

        Require((split.IsDone, split.IsBad, sum) == (whole.IsDone, whole.IsBad, passed), "the verdict does not depend on how the bytes arrive");
    }

    private static byte[] Collect(ReadOnlySpan<byte> body)
    {
        var scanner = default(ChunkedScanner);
        var data = new List<byte>();
        while (!body.IsEmpty)
        {
            int used = scanner.Next(body, out Range part);
            data.AddRange(body[part]);
            body = body[used..];
        }

        return [.. data];
    }

    private static string Decode(string body)
    {
        var data = new StringBuilder();
        int at = 0;
        while (true)
        {
            int end = body.IndexOf("\r\n", at, StringComparison.Ordinal);
            int size = int.Parse(body[at..end].Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at = end + 2;
            if (size == 0) break;
            data.Append(body, at, size);
            Require(body.Substring(at + size, 2) == "\r\n", "data ends in CRLF");
            at += size + 2;
        }

        while (body.IndexOf("\r\n", at, StringComparison.Ordinal) is var end && end > at) at = end + 2;
        Require(at + 2 == body.Length, "the body ends with the empty line");
        return data.ToString();
    }
}
