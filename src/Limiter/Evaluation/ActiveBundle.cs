using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;
using Appliance.Limiter.Tokens;

namespace Appliance.Limiter.Evaluation;

/// <summary>A snapshot bound to an engine. Immutable but for the lanes' scratch; replaced as a whole.</summary>
internal sealed class ActiveBundle
{
    public ActiveBundle(PolicySnapshot snapshot, EngineSettings settings, ulong hashSeed, RequestDescriber[] describers, StatisticsBook book)
    {
        Snapshot = snapshot;
        Compatibility = snapshot.Compatibility ?? settings.Compatibility;
        RejectsInvalidTokens = settings.Sources.Jwt.OnInvalid == InvalidTokenAction.Reject;
        Policies = [.. snapshot.Policies.Select(policy => new BoundPolicy(policy, hashSeed, book))];
        Describers = describers;
        Scratch = new LaneScratch[describers.Length];
        for (int lane = 0; lane < Scratch.Length; lane++) Scratch[lane] = new LaneScratch(snapshot);
        HasLlmRules = Policies.Any(policy => policy.Rules.Any(rule => rule.IsLlm) || policy.Fallback is { IsLlm: true });
        ReadsClaims = snapshot.Policies.Where(policy => !policy.IsShadow).SelectMany(policy => policy.Descriptors)
            .Concat(snapshot.ScopedKillSwitches.Select(group => group.Key)).Any(key => key.Kind == LimitKeyKind.JwtClaim);
    }

    public PolicySnapshot Snapshot { get; }

    public PolicyCompatibility Compatibility { get; }

    /// <summary>`policies.jwt.on_invalid: reject`.</summary>
    public bool RejectsInvalidTokens { get; }

    public BoundPolicy[] Policies { get; }

    /// <summary>By lane.</summary>
    public RequestDescriber[] Describers { get; }

    /// <summary>By lane.</summary>
    public LaneScratch[] Scratch { get; }

    public bool HasLlmRules { get; }

    /// <summary>Tokens are verified anyway: a subject may be asked for as well. Not for shadow policies, which change no answer.</summary>
    public bool ReadsClaims { get; }
}
