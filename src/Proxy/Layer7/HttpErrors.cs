namespace Appliance.Proxy.Layer7;

/// <summary>What a client is told for each <see cref="HttpError"/>.</summary>
internal static class HttpErrors
{
    /// <summary>The status code.</summary>
    internal static int Status(HttpError error) => error switch
    {
        HttpError.TargetTooLong => 414,
        HttpError.TooManyFields or HttpError.HeadTooLarge => 431,
        HttpError.VersionNotSupported => 505,
        HttpError.UnknownTransferEncoding => 501,
        HttpError.ConnectNotAllowed => 405,
        HttpError.UnknownExpectation => 417,
        HttpError.BodyTooLarge => 413,
        HttpError.RequestTimeout => 408,
        HttpError.NoRoute => 404,
        HttpError.LimitedByPolicy => 429,
        HttpError.InvalidToken => 401,
        HttpError.NoPolicies or HttpError.NoServer => 503,
        HttpError.ConnectFailed or HttpError.UpstreamClosed or HttpError.UpstreamBadResponse => 502,
        HttpError.ConnectTimeout or HttpError.UpstreamTimeout => 504,
        HttpError.HandlerFailed => 500,
        _ => 400,
    };

    /// <summary>A sentence for the body: names the fault, never an address or a detail of ours.</summary>
    internal static string Explain(HttpError error) => error switch
    {
        HttpError.BadRequestLine => "the request line is malformed",
        HttpError.BadMethod => "the method is not a token",
        HttpError.BadTarget => "the request target is malformed",
        HttpError.TargetTooLong => "the request line is longer than 8 KiB",
        HttpError.BadVersion => "the protocol version is malformed",
        HttpError.VersionNotSupported => "only HTTP/1.0 and HTTP/1.1 are spoken here",
        HttpError.BadFieldLine => "a header line is malformed",
        HttpError.FoldedFieldLine => "folded header lines are not accepted",
        HttpError.TooManyFields => "there are more than 128 header lines",
        HttpError.HeadTooLarge => "the header section is larger than 64 KiB",
        HttpError.MissingHost => "the Host header is missing",
        HttpError.BadHost => "the Host header is malformed",
        HttpError.DuplicateHost => "there is more than one Host header",
        HttpError.HostMismatch => "the request target and the Host header disagree",
        HttpError.BadContentLength => "Content-Length is malformed or contradicts itself",
        HttpError.LengthAndEncoding => "Content-Length and Transfer-Encoding together are not accepted",
        HttpError.BadTransferEncoding => "chunked must be the last transfer coding, given once, in HTTP/1.1",
        HttpError.UnknownTransferEncoding => "a transfer coding is not known here",
        HttpError.ConnectNotAllowed => "CONNECT is not allowed here",
        HttpError.UnknownExpectation => "the expectation cannot be met",
        HttpError.BadChunk => "the chunked body is malformed",
        HttpError.BodyTooLarge => "the body is too large",
        HttpError.RequestTimeout => "the request did not arrive in time",
        HttpError.NoRoute => "nothing is configured for this host and path",
        HttpError.LimitedByPolicy => "the request rate is above the limit",
        HttpError.InvalidToken => "the bearer token is not valid",
        HttpError.NoPolicies => "no policies are loaded",
        HttpError.NoServer => "no server is available",
        HttpError.ConnectFailed => "the server could not be reached",
        HttpError.ConnectTimeout => "the server could not be reached in time",
        HttpError.UpstreamClosed => "the server closed the connection",
        HttpError.UpstreamTimeout => "the server did not answer in time",
        HttpError.UpstreamBadResponse => "the server's answer is malformed",
        _ => "internal error",
    };

    /// <summary>
    /// One more line that the answer needs, or nothing: 405 says what is allowed (RFC 9110 section 15.5.6), 401 what is asked for (RFC 6750 section 3),
    /// and a server may be back in a second.
    /// </summary>
    internal static ReadOnlySpan<byte> ExtraLine(HttpError error) => error switch
    {
        HttpError.ConnectNotAllowed => "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"u8,
        HttpError.InvalidToken => "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"u8,
        HttpError.NoServer => "Retry-After: 1\r\n"u8,
        HttpError.NoPolicies => "Retry-After: 5\r\n"u8,
        _ => default,
    };

    /// <summary>The reason phrase of a status that is answered here.</summary>
    internal static string Reason(int status) => status switch
    {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    };
}
