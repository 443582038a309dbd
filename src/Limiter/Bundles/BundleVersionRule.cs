namespace Appliance.Limiter;

/// <summary>Which bundle may follow which (policies.md part B section 1.1). Starts, rollbacks and reloads that an operator orders do not ask.</summary>
public static class BundleVersionRule
{
    /// <summary>The error text of the rule.</summary>
    public const string Error = "version_not_monotonic";

    /// <summary>True when <paramref name="next"/> has a greater version, is the very same file, or nothing is in force.</summary>
    /// <param name="current">The bundle in force; null: none.</param>
    /// <param name="next">The bundle that was read.</param>
    public static bool Allows(PolicySnapshot? current, PolicySnapshot next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return current is null || next.Version > current.Version || next.Sha256 == current.Sha256;
    }
}
