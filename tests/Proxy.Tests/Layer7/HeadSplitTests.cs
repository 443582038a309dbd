using System.Text;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Layer7;

/// <summary>How bytes are cut into reads changes nothing, and no bytes whatever make a parser throw.</summary>
public sealed class HeadSplitTests
{
    private static readonly string[] Pieces =
    [
        "GET", "POST", "HEAD", " ", "/", "/a?b", "http://a", "*", " HTTP/1.1", " HTTP/1.0", "HTTP/1.1 200 OK", "HTTP/1.1 101 X", "\r\n", "\r\n\r\n",
        "\r", "\n", "Host: a", "Host: b", "Content-Length: 5", "Content-Length: 6", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip",
        "Connection: close", "Connection: upgrade, x", "Upgrade: h", "X: y", "Expect: 100-continue", ":", "\t", "\0", "\xff", ", ", "chunked",
        "5\r\nhello\r\n", "0\r\n", "0\r\n\r\n", "A;x=y\r\n", "fffffffffffffff\r\n", "X-T: 1\r\n", "Host: t\r\n", "hello",
    ];

    private static readonly Gen<byte[]> Wire = Gen.OneOf(
        Gen.Elements(Pieces).ListOf().Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))),
        Gen.Elements(Pieces).ListOf().Select(parts => Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\nHost: a\r\n" + string.Join("\r\n", parts) + "\r\n\r\n")),
        Gen.Elements(Pieces).ListOf().Select(parts => Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n" + string.Join("\r\n", parts) + "\r\n\r\n")),
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf());

    private static readonly Gen<int[]> Steps = Gen.Frequency((3, Gen.Choose(1, 3)), (1, Gen.Choose(1, 40))).NonEmptyListOf().Select(steps => steps.ToArray());

    [Fact]
    public void AnySplitGivesTheSameRequest() => ForAll((bytes, steps) => SameResult(new RequestHead(), new RequestHead(), bytes, steps));

    [Fact]
    public void AnySplitGivesTheSameResponse() => ForAll((bytes, steps) => SameResult(new ResponseHead(), new ResponseHead(), bytes, steps));

    [Fact]
    public void AnySplitOfAChunkedBodyGivesTheSameEnd() => ForAll((bytes, steps) =>
    {
        var whole = default(ChunkedScanner);
        int passed = whole.Pass(bytes);
        var split = default(ChunkedScanner);
        int at = 0, sum = 0;
        foreach (int step in Endless(steps))
        {
            int take = Math.Min(step, bytes.Length - at);
            sum += split.Pass(bytes.AsSpan(at, take));
            at += take;
            if (at == bytes.Length || split.IsDone || split.IsBad) break;
        }

        Assert.Equal((whole.IsDone, whole.IsBad, passed), (split.IsDone, split.IsBad, sum));
    });

    [Theory]
    [InlineData(8191, 100)]
    [InlineData(8192, 100)]
    [InlineData(8193, 100)]
    [InlineData(9000, 100)]
    [InlineData(20_000, 65_000)]
    [InlineData(50, 65_534)]
    [InlineData(50, 65_535)]
    [InlineData(50, 65_536)]
    [InlineData(50, 65_537)]
    [InlineData(50, 65_538)]
    [InlineData(50, 70_000)]
    public void LimitsOfAResponseDoNotDependOnTheSplit(int statusLine, int section)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(
            "HTTP/1.1 200 " + new string('r', statusLine - 13) + "\r\nX: " + new string('a', section - 7) + "\r\n\r\n");
        foreach (int step in new[] { 1, 2, 7, 1000, 16 * 1024 }) SameResult(new ResponseHead(), new ResponseHead(), bytes, [step]);
        var head = new ResponseHead();
        head.Reset();
        bool fits = statusLine <= 8192 && section <= 65_536;
        Assert.Equal(fits ? HeadProgress.Complete : HeadProgress.Refused, head.Parse(bytes));
    }

    /// <summary>Parses a growing buffer, as the reader offers it.</summary>
    internal static (HeadProgress Progress, T Head) ParseInSteps<T>(T head, byte[] bytes, IEnumerable<int> steps)
        where T : MessageHead
    {
        head.Reset();
        int have = 0;
        HeadProgress progress = HeadProgress.Incomplete;
        foreach (int step in steps)
        {
            have = Math.Min(bytes.Length, have + step);
            progress = head.Parse(bytes.AsSpan(0, have));
            if (progress != HeadProgress.Incomplete || have == bytes.Length) break;
        }

        return (progress, head);
    }

    private static void SameResult<T>(T one, T two, byte[] bytes, int[] steps)
        where T : MessageHead
    {
        (HeadProgress wholeProgress, _) = ParseInSteps(one, bytes, [bytes.Length]);
        (HeadProgress splitProgress, _) = ParseInSteps(two, bytes, Endless(steps));
        Assert.Equal((wholeProgress, one.Error), (splitProgress, two.Error));
        if (wholeProgress != HeadProgress.Complete) return;
        Assert.Equal(Describe(one), Describe(two));
    }

    private static string Describe(MessageHead head)
    {
        string fields = string.Join(";", head.Fields.ToArray().Select(f => $"{f.Start},{f.End},{f.ValueStart},{f.ValueLength},{f.Known},{f.HopByHop}"));
        return $"{head.Length} {head.ContentLength} {head.Chunked} {head.KeepAlive} {head.UpgradeField} {head.MinorVersion} {fields}";
    }

    private static IEnumerable<int> Endless(int[] steps)
    {
        while (true)
        {
            foreach (int step in steps) yield return step;
        }
    }

    private static void ForAll(Action<byte[], int[]> check) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Wire.ToArbitrary(), Steps.ToArbitrary(), (bytes, steps) => check(bytes, steps)));
}
