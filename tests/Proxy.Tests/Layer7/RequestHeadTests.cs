using System.Text;
using Appliance.Proxy.Layer7;

namespace Proxy.Tests.Layer7;

/// <summary>Each refusal of RFC 9112 where smuggling lives, and what is accepted beside it.</summary>
public sealed class RequestHeadTests
{
    public static TheoryData<string, string> Refusals => new()
    {
        { nameof(HttpError.BadMethod), "G(T / HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadMethod), " GET / HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadMethod), "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadMethod), "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadMethod), "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadMethod), "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" },
        { nameof(HttpError.BadRequestLine), "GET  / HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadRequestLine), "GET /\r\n\r\n" },
        { nameof(HttpError.BadRequestLine), "GET / HTTP/1.1\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadRequestLine), "GET / HTTP/1.1\rX\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadRequestLine), "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadVersion), "GET / b HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadVersion), "GET / HTTP/1.1 \r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadVersion), "GET / http/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadVersion), "GET / HTTP/1.1x\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadVersion), "GET / ICY\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.VersionNotSupported), "GET / HTTP/1.2\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.VersionNotSupported), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
        { nameof(HttpError.VersionNotSupported), "GET / HTTP/0.9\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET * HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.ConnectNotAllowed), "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" },
        { nameof(HttpError.TargetTooLong), "GET /" + new string('a', 8180) + " HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.TargetTooLong), new string('G', 10_000) },
        { nameof(HttpError.BadFieldLine), Get("X : b") },
        { nameof(HttpError.BadFieldLine), Get("X\t: b") },
        { nameof(HttpError.BadFieldLine), Get(": b") },
        { nameof(HttpError.BadFieldLine), Get("X") },
        { nameof(HttpError.BadFieldLine), Get("X: a\nY: b") },
        { nameof(HttpError.BadFieldLine), Get("X: a\rY: b") },
        { nameof(HttpError.BadFieldLine), Get("X: a\0b") },
        { nameof(HttpError.BadFieldLine), Get("X: a\x7f") },
        { nameof(HttpError.BadFieldLine), Get("X: a\x0b") },
        { nameof(HttpError.BadFieldLine), Get("X\0: a") },
        { nameof(HttpError.BadFieldLine), Get("X\xff: a") },
        { nameof(HttpError.BadFieldLine), "GET / HTTP/1.1\r\nHost: a\r\n\rX" },
        { nameof(HttpError.FoldedFieldLine), Get("X: a\r\n b") },
        { nameof(HttpError.FoldedFieldLine), Get("X: a\r\n\tb") },
        { nameof(HttpError.FoldedFieldLine), "GET / HTTP/1.1\r\n Host: a\r\n\r\n" },
        { nameof(HttpError.TooManyFields), Get(string.Join("\r\n", Enumerable.Range(0, 128).Select(i => $"X{i}: 1"))) },
        { nameof(HttpError.HeadTooLarge), Get("X: " + new string('a', 66_000)) },
        { nameof(HttpError.HeadTooLarge), Get(string.Join("\r\n", Enumerable.Range(0, 100).Select(i => $"X{i}: " + new string('a', 1000)))) },
        { nameof(HttpError.HeadTooLarge), Get(new string('X', 66_000) + ": a") },
        { nameof(HttpError.BadFieldLine), Get(new string('X', 33_000) + ": a") },
        { nameof(HttpError.MissingHost), "GET / HTTP/1.1\r\n\r\n" },
        { nameof(HttpError.DuplicateHost), Get("Host: a") },
        { nameof(HttpError.DuplicateHost), Get("hOST: b") },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: :80\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a..\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a<b\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET http://a%41/ HTTP/1.1\r\nHost: a%41\r\n\r\n" },
        { nameof(HttpError.BadHost), "GET / HTTP/1.1\r\nHost: " + new string('a', 256) + "\r\n\r\n" },
        { nameof(HttpError.HostMismatch), "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.HostMismatch), "GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadTarget), "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n" },
        { nameof(HttpError.BadContentLength), Post("Content-Length: -1") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: +1") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 0x10") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 1e3") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 1 0") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 5, 5") },
        { nameof(HttpError.BadContentLength), Post("Content-Length:") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 9999999999999999999") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 18446744073709551616") },
        { nameof(HttpError.BadContentLength), Post("Content-Length: 5\r\nContent-Length: 6") },
        { nameof(HttpError.LengthAndEncoding), Post("Content-Length: 5\r\nTransfer-Encoding: chunked") },
        { nameof(HttpError.LengthAndEncoding), Post("Transfer-Encoding: chunked\r\nContent-Length: 0") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: chunked, chunked") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: gzip, chunked") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: chunked, identity") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: chunked;q=1") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: \"chunked\"") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding:") },
        { nameof(HttpError.BadTransferEncoding), Post("Transfer-Encoding: ,chunked") },
        { nameof(HttpError.BadFieldLine), Post("Transfer-Encoding: \x0b" + "chunked") },
        { nameof(HttpError.BadFieldLine), Post("Transfer-Encoding : chunked") },
        { nameof(HttpError.BadTransferEncoding), "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" },
        { nameof(HttpError.UnknownTransferEncoding), Post("Transfer-Encoding: xchunked") },
        { nameof(HttpError.UnknownTransferEncoding), Post("Transfer-Encoding: identity") },
        { nameof(HttpError.UnknownTransferEncoding), Post("Transfer-Encoding: gzip") },
        { nameof(HttpError.UnknownExpectation), Post("Expect: 200-ok\r\nContent-Length: 1") },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void HeadsThatCouldBeReadInTwoWaysAreRefusedWithTheirReason(string error, string text)
    {
        var head = new RequestHead();
        head.Reset();
        Assert.Equal(HeadProgress.Refused, head.Parse(Encoding.Latin1.GetBytes(text)));
        Assert.Equal(error, head.Error.ToString());
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void TheReasonDoesNotDependOnHowTheBytesArrive(string error, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int step = Math.Max(1, bytes.Length / 500);
        (HeadProgress progress, RequestHead head) = HeadSplitTests.ParseInSteps(new RequestHead(), bytes, Enumerable.Repeat(step, int.MaxValue));
        Assert.Equal((HeadProgress.Refused, error), (progress, head.Error.ToString()));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "a", -1, false, true)]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "a", -1, false, true)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET", "/", "a", -1, false, false)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, ClOsE\r\nConnection: keep-alive\r\n\r\n", "GET", "/", "a", -1, false, false)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "GET", "/", "", -1, false, false)]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET", "/", "", -1, false, true)]
    [InlineData("GET http://a.b/x?y HTTP/1.1\r\nHost: A.B\r\n\r\n", "GET", "/x?y", "a.b", -1, false, true)]
    [InlineData("GET HTTPS://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "a", -1, false, true)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS", "*", "a", -1, false, true)]
    [InlineData("POST /p HTTP/1.1\r\nHost: a:80\r\nContent-Length: 12\r\n\r\n", "POST", "/p", "a:80", 12, false, true)]
    [InlineData("POST /p HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 12\r\ncontent-length: 12\r\n\r\n", "POST", "/p", "[::1]:80", 12, false, true)]
    [InlineData("POST /p HTTP/1.1\r\nhost:a\r\nTRANSFER-ENCODING: \t CHUNKED \t\r\n\r\n", "POST", "/p", "a", -1, true, true)]
    [InlineData("brew /pot HTTP/1.1\r\nHost:\r\n\r\n", "brew", "/pot", "", -1, false, true)]
    public void SoundHeadsAreRead(string text, string method, string target, string host, long length, bool chunked, bool keepAlive)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        var head = new RequestHead();
        head.Reset();
        Assert.Equal(HeadProgress.Complete, head.Parse(bytes));
        Assert.Equal(bytes.Length, head.Length);
        Assert.Equal(method, Encoding.Latin1.GetString(head.Method(bytes)));
        Assert.Equal(target, Encoding.Latin1.GetString(head.Target(bytes)));
        Assert.Equal(host, Encoding.Latin1.GetString(head.Host(bytes)));
        Assert.Equal((length, chunked, keepAlive), (head.ContentLength, head.Chunked, head.KeepAlive));
    }

    [Fact]
    public void TheLargestHeadIsAcceptedAndNotOneByteMore()
    {
        string line = "GET /" + new string('a', 8192 - 14) + " HTTP/1.1\r\n";
        string Head(int section) => line + "Host: a\r\nX: " + new string('b', section - 9 - 5 - 2) + "\r\n\r\n";
        Assert.Equal(HeadProgress.Complete, Parse(Head(65_536)).Progress);
        Assert.Equal((HeadProgress.Refused, HttpError.HeadTooLarge), Parse(Head(65_537)));
        Assert.Equal((HeadProgress.Refused, HttpError.TargetTooLong), Parse(line.Replace("GET /", "GET /a") + "Host: a\r\n\r\n"));
    }

    [Fact]
    public void AHundredAndTwentyEightFieldsAreAccepted() =>
        Assert.Equal(HeadProgress.Complete, Parse(Get(string.Join("\r\n", Enumerable.Range(0, 127).Select(i => $"X{i}: 1")))).Progress);

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("TRACE", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("get", false)]
    [InlineData("LOCK", false)]
    public void OnlyIdempotentMethodsMayBeRepeated(string method, bool idempotent)
    {
        var head = new RequestHead();
        head.Reset();
        head.Parse(Encoding.Latin1.GetBytes($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.Equal(idempotent, head.IsIdempotent);
    }

    private static (HeadProgress Progress, HttpError Error) Parse(string text)
    {
        var head = new RequestHead();
        head.Reset();
        return (head.Parse(Encoding.Latin1.GetBytes(text)), head.Error);
    }

    private static string Get(string lines) => $"GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n";

    private static string Post(string lines) => $"POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n";
}
