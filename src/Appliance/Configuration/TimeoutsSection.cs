namespace Appliance.Configuration;

/// <summary>The keys of a listener's `timeouts`.</summary>
internal static class TimeoutsSection
{
    private static readonly DurationKind Limit = new(1, 86_400_000);

    private static readonly ValueKey<TimeSpan> Connect = new("connect", Limit, "5s", "Until a connection to a server is established.");
    private static readonly ValueKey<TimeSpan> RequestHeader = new("request_header", Limit, "10s",
        "http: from the first byte of a request until its headers are complete.");
    private static readonly ValueKey<TimeSpan> Idle = new("idle", Limit, "60s", "http: between two requests of a connection.");
    private static readonly ValueKey<TimeSpan> Response = new("response", Limit, "60s",
        "http: between two moves of bytes while a request or response is under way.");
    private static readonly ValueKey<TimeSpan> Tunnel = new("tunnel", Limit, "10m", "tcp: without a byte in either direction.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Connect, RequestHeader, Idle, Response, Tunnel], ["total", "queue"]);

    /// <summary>Reads the section.</summary>
    public static TimeoutsConfig Read(SectionReader reader) => new()
    {
        Connect = reader.Get(Connect),
        RequestHeader = reader.Get(RequestHeader),
        Idle = reader.Get(Idle),
        Response = reader.Get(Response),
        Tunnel = reader.Get(Tunnel),
    };
}
