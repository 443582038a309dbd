using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter;

/// <summary>A validated, compiled bundle. Immutable; may be applied to any number of engines.</summary>
public sealed class PolicySnapshot
{
    private readonly Dictionary<string, Policy> _byId = [];

    internal PolicySnapshot(decimal version, string sha256, Policy[] policies, RouteIndex routes)
    {
        Version = version;
        Sha256 = sha256;
        Policies = policies;
        Routes = routes;
        foreach (Policy policy in policies) _byId[policy.Id] = policy;
        RuleCount = policies.Sum(p => p.Rules.Length + (p.Fallback is null ? 0 : 1));
    }

    /// <summary>bundle_version as the file says; fractions are kept.</summary>
    public decimal Version { get; }

    /// <summary>SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>issued_at; null when the file does not say. For people only.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>expires_at; null when the file does not say. Checked when read, never again (policies.md part B 1.1).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Number of policies.</summary>
    public int PolicyCount => Policies.Length;

    /// <summary>Number of rules in all policies, fallback limits among them.</summary>
    public int RuleCount { get; }

    /// <summary>Number of kill switches, expired ones among them.</summary>
    public int KillSwitchCount => KillSwitches.Length;

    /// <summary>Number of kill switches that have not expired.</summary>
    /// <param name="now">UTC.</param>
    public int KillSwitchesInForce(DateTimeOffset now)
    {
        long seconds = now.ToUnixTimeSeconds();
        return KillSwitches.Count(one => one.IsActiveAt(seconds));
    }

    /// <summary>The paths that a policy selects, as `/v1/pay` or `/v1/*`, two of them with a '|' between; empty for an id that the bundle does not have.</summary>
    public string RouteOf(string policyId) => _byId.TryGetValue(policyId, out Policy? policy) ? policy.Paths : "";

    /// <summary>The `estimator` of an LLM rule; empty for a rule that is none.</summary>
    public string EstimatorOf(string policyId, string ruleName)
    {
        if (!_byId.TryGetValue(policyId, out Policy? policy)) return "";
        PolicyRule? rule = policy.Rules.Append(policy.Fallback).FirstOrDefault(one => one?.Name == ruleName);
        return rule?.Algorithm is not LlmLimit llm ? "" : llm.Estimator == TokenEstimator.HeaderHint ? "header_hint" : "simple_word";
    }

    /// <summary>True when something looks at a claim of the request's token.</summary>
    public bool ReadsClaims => Descriptors.Any(key => key.Kind == LimitKeyKind.JwtClaim);

    /// <summary>While active every policy is in shadow mode; null: not asked for.</summary>
    public RuntimeOverride? GlobalShadow { get; init; }

    /// <summary>While active no kill switch is asked; null: not asked for.</summary>
    public RuntimeOverride? KillSwitchOverride { get; init; }

    /// <summary>
    /// The N of `instance_share: 1/N`, 1 or more: how many installations with counters of their own share the bundle's limits. Already applied to
    /// every rate, burst, budget and concurrency limit of this snapshot, never to caps of a single request.
    /// </summary>
    public int InstanceShare { get; init; } = 1;

    /// <summary>`compatibility` of the bundle; null when it does not say, and the configuration decides.</summary>
    public PolicyCompatibility? Compatibility { get; init; }

    /// <summary>In ascending order of their ids' bytes.</summary>
    internal Policy[] Policies { get; }

    internal RouteIndex Routes { get; }

    /// <summary>In the order of the bundle: the first that fits wins.</summary>
    internal KillSwitch[] KillSwitches { get; init; } = [];

    /// <summary>The kill switches with a scope, by descriptor and value.</summary>
    internal KillSwitchGroup[] ScopedKillSwitches { get; init; } = [];

    /// <summary>The kill switches that name requests by their selector alone; few.</summary>
    internal KillSwitch[] UnscopedKillSwitches { get; init; } = [];

    /// <summary>
    /// Every descriptor that the bundle looks at, each once, by <see cref="LimitKey.Index"/>: limit keys, match keys and kill switches.
    /// </summary>
    internal LimitKey[] Descriptors { get; init; } = [];
}
