namespace Appliance.Limiter;

/// <summary>The response headers of a decision (policies.md A9).</summary>
public static class RateLimitHeaders
{
    /// <summary>Bytes that <see cref="Write"/> may need.</summary>
    public const int MaxLength = 512;

    /// <summary>Writes complete `Name: value` lines, each ended by CR LF; nothing when no rule was evaluated and the request is allowed.</summary>
    /// <param name="d">The decision.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Write(in Decision d, Span<byte> destination) => throw new NotSupportedException();
}
