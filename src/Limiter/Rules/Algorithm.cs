namespace Appliance.Limiter.Rules;

/// <summary>What a rule limits, compiled: one sealed type for each word that `algorithm` may be. Immutable.</summary>
internal abstract class Algorithm(AlgorithmKind kind)
{
    /// <summary>Which type this is, for a switch that costs no cast.</summary>
    public AlgorithmKind Kind { get; } = kind;

    /// <summary>As the bundle writes it; part of every key in the table.</summary>
    public string Name => AlgorithmNames.Of(Kind);
}
