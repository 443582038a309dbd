using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter;

/// <summary>A validated, compiled bundle. Immutable; may be applied to any number of engines.</summary>
public sealed class PolicySnapshot
{
    internal PolicySnapshot(decimal version, string sha256, Policy[] policies, RouteIndex routes)
    {
        Version = version;
        Sha256 = sha256;
        Policies = policies;
        Routes = routes;
        RuleCount = policies.Sum(p => p.Rules.Length);
    }

    /// <summary>bundle_version as the file says.</summary>
    public decimal Version { get; }

    /// <summary>SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Number of policies.</summary>
    public int PolicyCount => Policies.Length;

    /// <summary>Number of rules in all policies.</summary>
    public int RuleCount { get; }

    /// <summary>In ascending order of their ids' bytes.</summary>
    internal Policy[] Policies { get; }

    internal RouteIndex Routes { get; }
}
