namespace Appliance.Limiter.Rules;

/// <summary>How the tokens of a prompt are estimated (part B section 2.4).</summary>
internal enum TokenEstimator
{
    /// <summary>A quarter of the bytes of the prompt's texts.</summary>
    SimpleWord,

    /// <summary>X-Token-Estimate from a trusted caller, else as <see cref="SimpleWord"/>.</summary>
    HeaderHint,
}
