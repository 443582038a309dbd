using System.Buffers.Text;

namespace Appliance.Limiter;

/// <summary>
/// The response headers of a decision (policies.md A9): RateLimit and RateLimit-Policy as structured fields of the IETF draft, the older
/// RateLimit-* triple, on a reject also Retry-After and X-Appliance-Reason, on a delay or warning X-Appliance-Warning. Names of policies
/// appear only where the style says so.
/// </summary>
public static class RateLimitHeaders
{
    /// <summary>Bytes that <see cref="Write"/> may need, whatever the decision says.</summary>
    public const int MaxLength = 1024;

    private const int LongestName = 128;

    /// <summary>
    /// Writes complete `Name: value` lines, each ended by CR LF; nothing for an allowed request that no rule has numbers for. Allocates
    /// nothing.
    /// </summary>
    /// <param name="d">The decision.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="showsNames">The policy's id instead of "default": within a debug session. Compatibility shows it always.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Write(in Decision d, Span<byte> destination, bool showsNames = false)
    {
        if (destination.Length < MaxLength) throw new ArgumentException("needs MaxLength bytes", nameof(destination));
        int at = 0;
        bool isFairvisor = d.Compatibility == PolicyCompatibility.Fairvisor;
        string? name = showsNames || isFairvisor ? d.PolicyId : null;
        if (d.HasLimit) WriteLimit(in d, name, destination, ref at);
        else if (!d.Allowed && d.ResetSeconds > 0) WriteReset(in d, name, destination, ref at);
        ReadOnlySpan<byte> prefix = isFairvisor ? "X-Fairvisor-"u8 : "X-Appliance-"u8;
        if (d.Allowed)
        {
            if (d.Warning == DecisionWarning.None) return at;
            Append(prefix, destination, ref at);
            Append("Warning: "u8, destination, ref at);
            Append(DecisionWarnings.Utf8Name(d.Warning), destination, ref at);
            Append("\r\n"u8, destination, ref at);
            return at;
        }

        if (d.RetryAfterSeconds > 0)
        {
            Append("Retry-After: "u8, destination, ref at);
            Append(d.RetryAfterSeconds, destination, ref at);
            Append("\r\n"u8, destination, ref at);
        }

        Append(prefix, destination, ref at);
        Append("Reason: "u8, destination, ref at);
        Append(DecisionReasons.Utf8Name(d.Reason), destination, ref at);
        Append("\r\n"u8, destination, ref at);
        return at;
    }

    private static void WriteLimit(in Decision d, string? name, Span<byte> destination, ref int at)
    {
        WriteState(in d, name, destination, ref at);
        Append("RateLimit-Policy: "u8, destination, ref at);
        AppendName(name, destination, ref at);
        Append(";q="u8, destination, ref at);
        Append(d.Limit, destination, ref at);
        Append(";w="u8, destination, ref at);
        Append(d.WindowSeconds, destination, ref at);
        Append("\r\nRateLimit-Limit: "u8, destination, ref at);
        Append(d.Limit, destination, ref at);
        Append("\r\nRateLimit-Remaining: "u8, destination, ref at);
        Append(d.Remaining, destination, ref at);
        Append("\r\n"u8, destination, ref at);
        WriteOldReset(in d, destination, ref at);
    }

    /// <summary>For a reject without a limit, such as a kill switch: nothing is left, and when to return.</summary>
    private static void WriteReset(in Decision d, string? name, Span<byte> destination, ref int at)
    {
        WriteState(in d, name, destination, ref at);
        WriteOldReset(in d, destination, ref at);
    }

    private static void WriteState(in Decision d, string? name, Span<byte> destination, ref int at)
    {
        Append("RateLimit: "u8, destination, ref at);
        AppendName(name, destination, ref at);
        Append(";r="u8, destination, ref at);
        Append(d.Remaining, destination, ref at);
        Append(";t="u8, destination, ref at);
        Append(d.ResetSeconds, destination, ref at);
        Append("\r\n"u8, destination, ref at);
    }

    private static void WriteOldReset(in Decision d, Span<byte> destination, ref int at)
    {
        Append("RateLimit-Reset: "u8, destination, ref at);
        Append(d.ResetSeconds, destination, ref at);
        Append("\r\n"u8, destination, ref at);
    }

    /// <summary>As a structured field's string (RFC 8941 section 3.3.3): quotes and backslashes escaped, what is no visible ASCII as '?'; cut when long.</summary>
    private static void AppendName(string? name, Span<byte> destination, ref int at)
    {
        destination[at++] = (byte)'"';
        name ??= "default";
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, LongestName)))
        {
            if (c is '"' or '\\') destination[at++] = (byte)'\\';
            destination[at++] = c is >= ' ' and <= '~' ? (byte)c : (byte)'?';
        }

        destination[at++] = (byte)'"';
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
