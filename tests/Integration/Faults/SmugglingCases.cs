namespace Integration.Faults;

/// <summary>The table: what is known to split parsers, from RFC 9112 sections 2 to 7 and 11 and from published attacks.</summary>
internal static class SmugglingCases
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Hello = "5\r\nhello\r\n0\r\n\r\n";

    public static IReadOnlyList<SmugglingCase> All { get; } =
        [.. TwoFramings(), .. Encodings(), .. Lengths(), .. ChunkSizes(), .. ChunkEnds(), .. Fields(), .. Hosts(), .. RequestLines(), .. Connections()];

    private static string Post(string fields, string body) => $"POST /case HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n{body}";

    private static string Chunked(string body) => Post("Transfer-Encoding: chunked", body);

    private static string Get(string fields) => $"GET /case HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n";

    private static IEnumerable<SmugglingCase> TwoFramings()
    {
        yield return new("CL.TE", Post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nG"), 400);
        yield return new("TE.CL", Post("Transfer-Encoding: chunked\r\nContent-Length: 4", $"{Smuggled.Length:x}\r\n{Smuggled}\r\n0\r\n\r\n"), 400);
        yield return new("CL 0 with TE", Post("Content-Length: 0\r\nTransfer-Encoding: chunked", Hello), 400);
        yield return new("CL with unknown TE", Post("Content-Length: 5\r\nTransfer-Encoding: xchunked", "hello"), 501);
        yield return new("TE twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", Hello), 400);
        yield return new("TE chunked then identity", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", Hello), 400);
        yield return new("TE identity then chunked", Post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", Hello), 501);
        yield return new("TE in HTTP/1.0", "POST /case HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + Hello, 400);
    }

    private static IEnumerable<SmugglingCase> Encodings()
    {
        foreach (string same in new[] { ":chunked", ":\tchunked", ": \t chunked \t", ": CHUNKED", ": cHuNkEd" })
            yield return new($"TE spelt `{same}`", Post("Transfer-Encoding" + same, Hello), 0, "hello");
        yield return new("TE name in capitals", Post("TRANSFER-ENCODING: chunked", Hello), 0, "hello");
        foreach (string unknown in new[] { "xchunked", "chunkedx", "chunk", "identity", "gzip", "'chunked'", "chunked-" })
            yield return new($"TE `{unknown}`", Post("Transfer-Encoding: " + unknown, Hello), 501);
        foreach (string wrong in new[]
        {
            "chunked, identity", "chunked, chunked", "chunked,gzip", "gzip, chunked", "chunked chunked", "\"chunked\"", "chunked;q=1", "chunked; a=b", "", ",", "\x0b" + "chunked",
            "\x0c" + "chunked", "chunked\0", "\0chunked", "chunk\0ed", "\r\n chunked", "chunked\r\n\tx", "\r chunked", "\n chunked", "\x85" + "chunked",
        })
            yield return new($"TE `{Shown(wrong)}`", Post("Transfer-Encoding: " + wrong, Hello), 400);
        foreach (string field in new[]
        {
            "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "X: y\r\n Transfer-Encoding: chunked", "Transfer-Encoding\0: chunked",
            "X: y\nTransfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked", "Transfer-Encoding\r\n: chunked", "Transfer Encoding: chunked",
            "\x0bTransfer-Encoding: chunked", "Transfer-Encoding chunked", "X:\n\nTransfer-Encoding: chunked",
        })
            yield return new($"field `{Shown(field)}`", Post($"{field}\r\nContent-Length: {Hello.Length}", Hello), 400);
    }

    private static IEnumerable<SmugglingCase> Lengths()
    {
        foreach (string good in new[] { "5", " \t5", "5 ", "5\t" }) yield return new($"CL `{Shown(good)}`", Post("Content-Length: " + good, "hello"), 0, "hello");
        foreach (string bad in new[]
        {
            "-1", "-0", "+5", "0x5", "5x", "5 5", "5;", "5.0", "5e0", "", "five", "5\x0b", "5\0", "'5'", "\"5\"", "5_0", "\r\n 5", "5\r 6", "5, 6", "5,6",
            "9223372036854775808", "18446744073709551621", "4294967301000000000000000", "\xd9\xa5", "5,", ",5",
        })
            yield return new($"CL `{Shown(bad)}`", Post("Content-Length: " + bad, "hello"), 400);
        yield return new("CL with a leading zero", Post("Content-Length: 05", "hello"), 0, "hello");
        yield return new("two CL that differ", Post("Content-Length: 5\r\nContent-Length: 6", "hello!"), 400);
        yield return new("two CL that differ, the other way", Post("Content-Length: 6\r\nContent-Length: 5", "hello!"), 400);
        yield return new("two CL that agree", Post("Content-Length: 5\r\nContent-Length: 5", "hello"), 0, "hello");
        yield return new("a list of equal CL", Post("Content-Length: 5, 5", "hello"), 400);
        yield return new("a space before the colon of CL", Post("Content-Length : 5", "hello"), 400);
        yield return new("GET with a body", $"GET /case HTTP/1.1\r\nHost: a\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}", 0, Smuggled);
        yield return new("GET with a chunked body", "GET /case HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + Hello, 0, "hello");
        yield return new("a body that looks like requests", Post($"Content-Length: {Smuggled.Length * 2}", Smuggled + Smuggled), 0, Smuggled + Smuggled);
    }

    private static IEnumerable<SmugglingCase> ChunkSizes()
    {
        foreach (string size in new[] { "5", "05", "00000005", "5;a", "5;a=b", "5;a=\"b\"", "5;a;b=c" })
            yield return new($"chunk size `{size}`", Chunked($"{size}\r\nhello\r\n0\r\n\r\n"), 0, "hello");
        foreach (string size in new[]
        {
            "+5", "-5", "0x5", "5_0", "5x", "", " ", "5\n", "\n5", "5\r", "g", "FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFF", "10000000000000005",
            "8000000000000000", "5;a\nb", "5;a\rb", "5;\n", "5;a\0", "5,5", "5 5", "5\0", "\x0b" + "5",
        })
            yield return new($"chunk size `{Shown(size)}`", Chunked($"{size}\r\nhello\r\n0\r\n\r\n"), 400);
        yield return new("chunk size and bare LF", Chunked("5\nhello\r\n0\r\n\r\n"), 400);
    }

    private static IEnumerable<SmugglingCase> ChunkEnds()
    {
        foreach (string end in new[] { "", "\n", "\r", "\n\n", "x\r\n", "xx", "\r\r\n", " \r\n" })
            yield return new($"after a chunk `{Shown(end)}`", Chunked($"5\r\nhello{end}0\r\n\r\n"), 400);
        yield return new("a chunk longer than its size", Chunked("5\r\nhello world\r\n0\r\n\r\n"), 400);
        yield return new("bare LF after the last chunk", Chunked("5\r\nhello\r\n0\n\r\n"), 400);
        yield return new("bare LF as the end", Chunked("5\r\nhello\r\n0\r\n\n"), 400);
        yield return new("CR and garbage as the end", Chunked("5\r\nhello\r\n0\r\n\rX"), 400);
        yield return new("the last chunk with many zeros", Chunked("5\r\nhello\r\n0000\r\n\r\n"), 0, "hello");
        yield return new("the last chunk with an extension", Chunked("5\r\nhello\r\n0;x=y\r\n\r\n"), 0, "hello");
        yield return new("an extension that looks like a request", Chunked("5\r\nhello\r\n0;GET /smuggled HTTP/1.1\r\n\r\n"), 0, "hello");
        yield return new("garbage after the end", Chunked(Hello + "\0\x01 "), 0, "hello", LastRequest: true);
        foreach (string trailer in new[] { "X-Ok: 1", "X-Ok: 1\r\nX-More:" })
            yield return new($"trailer `{Shown(trailer)}`", Chunked($"5\r\nhello\r\n0\r\n{trailer}\r\n\r\n"), 0, "hello");
        foreach (string trailer in new[]
        {
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Connection: close", "Content-Length: 5\r\nTransfer-Encoding: x", "no colon", "X : 1", " X: 1", "X: 1\r\n folded", "X: 1\nY: 2", "X: 1\rY: 2", "X: \0", ": x", "GET /smuggled HTTP/1.1",
        })
            yield return new($"trailer `{Shown(trailer)}`", Chunked($"5\r\nhello\r\n0\r\n{trailer}\r\n\r\n"), 400);
    }

    private static IEnumerable<SmugglingCase> Fields()
    {
        foreach (string field in new[]
        {
            "X: a\0b", "X: a\rb", "X: a\nb", "X: a\x01" + "b", "X: a\x7f" + "b", "X\0: a", "X\r: a", ": a", "X Y: a", "X", "X\x80: a", "X(: a", "X: a\r\n b", "X: a\r\n\tb",
            "\r: x", "X: a\r\r", "X: y\n\nGET /smuggled HTTP/1.1\r\nHost: a",
        })
            yield return new($"field `{Shown(field)}`", Get(field), 400);
        yield return new("a fold before the first field", "GET /case HTTP/1.1\r\n Host: a\r\n\r\n", 400);
        yield return new("bare LF everywhere", "GET /case HTTP/1.1\nHost: a\n\n", 400);
        yield return new("bare LF at the end of the head", "GET /case HTTP/1.1\r\nHost: a\r\n\n", 400);
        yield return new("bare LF after the request line", "GET /case HTTP/1.1\nHost: a\r\n\r\n", 400);
        yield return new("bytes above 127 in a value", Get("X: \xe4\xf6\xfc"), 0);
    }

    private static IEnumerable<SmugglingCase> Hosts()
    {
        yield return new("two hosts", "GET /case HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400);
        yield return new("two equal hosts", "GET /case HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
        yield return new("no host", "GET /case HTTP/1.1\r\nX: y\r\n\r\n", 400);
        foreach (string host in new[] { "a b", "a/b", "a@b", "a\tb", "a\\b", "a:x", "a:-1", "a#b", "a?b", "[::1", "a\"b", "a<b", "a%62" })
            yield return new($"host `{Shown(host)}`", $"GET /case HTTP/1.1\r\nHost: {host}\r\n\r\n", 400);
        yield return new("an absolute target and its host", "GET http://a/case HTTP/1.1\r\nHost: a\r\n\r\n", 0);
        foreach (string target in new[] { "http://b/case", "http://a:81/case", "http://a@b/case", "http:///case", "http://a/case#x", "//b/case#", "case", "a/case", "*" })
            yield return new($"target `{target}`", $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    }

    private static IEnumerable<SmugglingCase> RequestLines()
    {
        foreach (string version in new[] { "HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9", "HTTP/1", "HTTP/1." })
            yield return new($"version {version}", $"GET /case {version}\r\nHost: a\r\n\r\n", 505);
        yield return new("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        foreach (string line in new[]
        {
            "GET /case", "GET /case ", "GET  /case HTTP/1.1", "GET /case  HTTP/1.1", "GET\t/case HTTP/1.1", "GET /case\tHTTP/1.1", "GET /case HTTP/1.1 ", "GET /case HTTP/1.1 x",
            "GET /ca se HTTP/1.1", "GET /case HTTP/1.10", "GET /case HTTP/01.1", "GET /case http/1.1", "GET /case HTTP/+1.1",
            "GET /case HTP/1.1", " GET /case HTTP/1.1", "G\0T /case HTTP/1.1", "G(T /case HTTP/1.1", "GET /ca\0se HTTP/1.1", "GET /ca\rse HTTP/1.1", "GET /case HTTP/1.1\0",
            "GET /ca\x7fse HTTP/1.1", "\nGET /case HTTP/1.1", "GET /case HTTP/1.1\r",
        })
            yield return new($"line `{Shown(line)}`", $"{line}\r\nHost: a\r\n\r\n", 400);
        yield return new("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405);
        yield return new("an empty line first", "\r\nGET /case HTTP/1.1\r\nHost: a\r\n\r\n", 0);
        yield return new("HTTP/1.0", "GET /case HTTP/1.0\r\nHost: a\r\n\r\n", 0, LastRequest: true);
    }

    private static IEnumerable<SmugglingCase> Connections()
    {
        yield return new("h2c upgrade", Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), 0);
        yield return new("h2c upgrade without Connection", Get("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), 0);
        yield return new("an upgrade with a body", Post($"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: {Smuggled.Length}", Smuggled), 0, Smuggled);
        yield return new("Connection names Content-Length", Post("Connection: Content-Length\r\nContent-Length: 5", "hello"), 0, "hello");
        yield return new("Connection names Transfer-Encoding", Post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", Hello), 0, "hello");
        yield return new("Connection names Host", Get("Connection: Host"), 0);
        yield return new("Connection names a trailer field", Post("Connection: TE, Trailer\r\nTE: trailers\r\nTransfer-Encoding: chunked", Hello), 0, "hello");
        yield return new("close, then a request", Get("Connection: close"), 0, LastRequest: true);
        yield return new("an unknown expectation", Post("Expect: 200-ok\r\nContent-Length: 5", "hello"), 417);
    }

    private static string Shown(string text) => string.Concat(text.Select(c => c is < ' ' or > '~' ? $"\\x{(int)c:x2}" : $"{c}"));
}
