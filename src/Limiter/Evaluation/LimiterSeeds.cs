namespace Appliance.Limiter.Evaluation;

/// <summary>The two namespaces of a limiter: what shadow evaluation counts never touches what is enforced (policies.md A11).</summary>
internal sealed class LimiterSeeds(ulong hashSeed, string policy, string rule, string algorithm)
{
    private readonly IdentitySeeds _enforced = IdentitySeeds.Of(hashSeed, policy, rule, algorithm);
    private readonly IdentitySeeds _shadow = IdentitySeeds.Of(hashSeed, policy, rule, "shadow:" + algorithm);

    public ref readonly IdentitySeeds For(bool shadow) => ref shadow ? ref _shadow : ref _enforced;
}
