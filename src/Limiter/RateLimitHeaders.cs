using System.Buffers.Text;

namespace Appliance.Limiter;

/// <summary>
/// The response headers of a decision (policies.md A9): RateLimit and RateLimit-Policy as structured fields of the IETF draft under the
/// name "default", the older RateLimit-* triple, on a reject also Retry-After and X-Appliance-Reason. Names of policies and rules never
/// appear.
/// </summary>
public static class RateLimitHeaders
{
    /// <summary>Bytes that <see cref="Write"/> may need, whatever the decision says.</summary>
    public const int MaxLength = 512;

    /// <summary>
    /// Writes complete `Name: value` lines, each ended by CR LF; nothing for an allowed request that no rule has numbers for. Allocates
    /// nothing.
    /// </summary>
    /// <param name="d">The decision.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Write(in Decision d, Span<byte> destination)
    {
        if (destination.Length < MaxLength) throw new ArgumentException("needs MaxLength bytes", nameof(destination));
        int at = 0;
        if (d.HasLimit) WriteLimit(in d, destination, ref at);
        if (d.Allowed) return at;
        if (d.RetryAfterSeconds > 0)
        {
            Append("Retry-After: "u8, destination, ref at);
            Append(d.RetryAfterSeconds, destination, ref at);
            Append("\r\n"u8, destination, ref at);
        }

        Append("X-Appliance-Reason: "u8, destination, ref at);
        Append(DecisionReasons.Utf8Name(d.Reason), destination, ref at);
        Append("\r\n"u8, destination, ref at);
        return at;
    }

    private static void WriteLimit(in Decision d, Span<byte> destination, ref int at)
    {
        Append("RateLimit: \"default\";r="u8, destination, ref at);
        Append(d.Remaining, destination, ref at);
        Append(";t="u8, destination, ref at);
        Append(d.ResetSeconds, destination, ref at);
        Append("\r\nRateLimit-Policy: \"default\";q="u8, destination, ref at);
        Append(d.Limit, destination, ref at);
        Append(";w="u8, destination, ref at);
        Append(d.WindowSeconds, destination, ref at);
        Append("\r\nRateLimit-Limit: "u8, destination, ref at);
        Append(d.Limit, destination, ref at);
        Append("\r\nRateLimit-Remaining: "u8, destination, ref at);
        Append(d.Remaining, destination, ref at);
        Append("\r\nRateLimit-Reset: "u8, destination, ref at);
        Append(d.ResetSeconds, destination, ref at);
        Append("\r\n"u8, destination, ref at);
    }

    private static void Append(ReadOnlySpan<byte> text, Span<byte> destination, ref int at)
    {
        text.CopyTo(destination[at..]);
        at += text.Length;
    }

    private static void Append(long number, Span<byte> destination, ref int at)
    {
        Utf8Formatter.TryFormat(number, destination[at..], out int written);
        at += written;
    }
}
