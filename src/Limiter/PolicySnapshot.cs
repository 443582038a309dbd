namespace Appliance.Limiter;

/// <summary>A validated, compiled bundle. Immutable; may be applied to any number of engines.</summary>
public sealed class PolicySnapshot
{
    internal PolicySnapshot(decimal version, string sha256, int policyCount, int ruleCount)
    {
        Version = version;
        Sha256 = sha256;
        PolicyCount = policyCount;
        RuleCount = ruleCount;
    }

    /// <summary>bundle_version as the file says.</summary>
    public decimal Version { get; }

    /// <summary>SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Number of policies.</summary>
    public int PolicyCount { get; }

    /// <summary>Number of rules in all policies.</summary>
    public int RuleCount { get; }
}
