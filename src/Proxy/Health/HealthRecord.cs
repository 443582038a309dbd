namespace Appliance.Proxy.Health;

/// <summary>What active checks have found out about a server. Immutable; replaced whole.</summary>
/// <param name="Up">It may serve.</param>
/// <param name="Row">Results in a row that speak against <see cref="Up"/>.</param>
/// <param name="Good">Checks passed.</param>
/// <param name="Failed">Checks failed.</param>
/// <param name="LastFailure">Why the last check failed; null: it passed, or there was none.</param>
/// <param name="Since">When <see cref="Up"/> last changed; MinValue: never.</param>
internal sealed record HealthRecord(bool Up, int Row, long Good, long Failed, string? LastFailure, DateTimeOffset Since)
{
    /// <summary>A server starts as up.</summary>
    internal static HealthRecord Initial { get; } = new(true, 0, 0, 0, null, DateTimeOffset.MinValue);

    /// <summary>No check has been made yet.</summary>
    internal bool IsUnchecked => Good + Failed == 0;
}
