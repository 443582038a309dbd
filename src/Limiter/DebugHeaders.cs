using Appliance.Limiter.Rules;

namespace Appliance.Limiter;

/// <summary>
/// The response headers that say why, for debug sessions only (policies.md A9, part B 3.5): decision, mode, reason, policy, rule, time, the policies
/// that select the request, and what it has of the descriptors they look at. The names begin with X-Appliance-, or X-Fairvisor- under compatibility.
/// </summary>
public static class DebugHeaders
{
    /// <summary>Bytes that <see cref="Write"/> may need.</summary>
    public const int MaxLength = 14 * 1024;

    /// <summary>Bytes that <see cref="WriteLatency"/> may need.</summary>
    public const int MaxLatencyLength = 64;

    private const int MostDescriptors = 16;
    private const int LongestValue = 256;
    private const int LongestName = 128;
    private const int MostPolicies = 16;

    /// <summary>Writes complete lines, each ended by CR LF. Allocates: only people in a debug session get here.</summary>
    /// <param name="turn">Of the lane, that decided.</param>
    /// <param name="request">What was asked about.</param>
    /// <param name="d">The answer.</param>
    /// <param name="tookNs">How long it took; nanoseconds.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Write<TRequest>(PolicyTurn turn, scoped ref readonly TRequest request, in Decision d, long tookNs, Span<byte> destination)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (destination.Length < MaxLength) throw new ArgumentException("needs MaxLength bytes", nameof(destination));
        var lines = new HeaderLines(destination, turn.Compatibility);
        ReadOnlySpan<byte> action = d.Action switch { DecisionAction.Allow => "allow"u8, DecisionAction.Throttle => "throttle"u8, _ => "reject"u8 };
        ReadOnlySpan<byte> mode = d.WouldReject ? "shadow"u8 : "enforce"u8;
        lines.Add("Decision"u8, action, LongestName);
        lines.Add("Mode"u8, mode, LongestName);
        lines.AddMicroseconds("Latency-Us"u8, tookNs);
        lines.Add("Debug-Decision"u8, action, LongestName);
        lines.Add("Debug-Mode"u8, mode, LongestName);
        lines.Add("Debug-Reason"u8, DecisionReasons.Utf8Name(d.Reason), LongestName);
        lines.Add("Debug-Policy"u8, d.PolicyId, LongestName);
        lines.Add("Debug-Rule"u8, d.RuleName, LongestName);
        lines.AddMicroseconds("Debug-Latency-Us"u8, tookNs);
        if (d.WouldReject)
        {
            lines.Add("Debug-Shadow-Policy"u8, d.ShadowPolicyId, LongestName);
            lines.Add("Debug-Shadow-Rule"u8, d.ShadowRuleName, LongestName);
            lines.Add("Debug-Shadow-Reason"u8, DecisionReasons.Utf8Name(d.ShadowReason), LongestName);
        }

        List<Policy> matched = turn.FindPolicies(in request);
        if (matched.Count > 0) WriteMatched(ref lines, matched);
        WriteDescriptors(ref lines, matched, in request);
        return lines.Length;
    }

    /// <summary>The one line about time that every answer of the decision API has: `X-Appliance-Latency-Us`. Allocates nothing.</summary>
    /// <param name="compatibility">Whose name.</param>
    /// <param name="tookNs">Nanoseconds.</param>
    /// <param name="destination">At least <see cref="MaxLatencyLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public static int WriteLatency(PolicyCompatibility compatibility, long tookNs, Span<byte> destination)
    {
        var lines = new HeaderLines(destination, compatibility);
        lines.AddMicroseconds("Latency-Us"u8, tookNs);
        return lines.Length;
    }

    private static void WriteMatched(ref HeaderLines lines, List<Policy> matched)
    {
        lines.Begin("Debug-Matched-Policies"u8);
        for (int i = 0; i < Math.Min(matched.Count, MostPolicies); i++)
        {
            if (i > 0) lines.Append(","u8);
            lines.AppendText(matched[i].Id, LongestName);
        }

        if (matched.Count > MostPolicies) lines.Append(",..."u8);
        lines.End();
    }

    /// <summary>Those that the request has, the first sixteen by name.</summary>
    private static void WriteDescriptors<TRequest>(ref HeaderLines lines, List<Policy> matched, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        int number = 0;
        Span<byte> name = stackalloc byte[64];
        Span<byte> address = stackalloc byte[45];
        foreach (LimitKey key in matched.SelectMany(policy => policy.Descriptors).DistinctBy(key => key.Index).OrderBy(key => key.Text, StringComparer.Ordinal))
        {
            ReadOnlySpan<byte> value = default;
            if (key.Kind != LimitKeyKind.ClientAddress && !key.TryGetValue(in request, out value)) continue;
            number++;
            lines.Add(NameOf(number, "-Key"u8, name), key.Text, LongestName);
            ReadOnlySpan<byte> valueName = NameOf(number, "-Value"u8, name);
            if (key.Kind == LimitKeyKind.ClientAddress) lines.Add(valueName, address[..request.Client.Format(address)], LongestValue);
            // A claim that the token lacks is an empty value, and a value all the same (policies.md A4).
            else lines.Add(valueName, value.IsEmpty ? "\"\""u8 : value, LongestValue);
            if (number == MostDescriptors) return;
        }
    }

    private static ReadOnlySpan<byte> NameOf(int number, ReadOnlySpan<byte> end, Span<byte> name)
    {
        ReadOnlySpan<byte> start = "Debug-Descriptor-"u8;
        start.CopyTo(name);
        System.Buffers.Text.Utf8Formatter.TryFormat(number, name[start.Length..], out int digits);
        end.CopyTo(name[(start.Length + digits)..]);
        return name[..(start.Length + digits + end.Length)];
    }
}
