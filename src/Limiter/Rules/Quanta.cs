namespace Appliance.Limiter.Rules;

/// <summary>Whole parts of a token, so that fractions are counted without rounding.</summary>
internal static class Quanta
{
    public const int MostPerToken = 1_000_000;

    /// <summary>What a limit counts in when requests bring costs of their own: thousandths.</summary>
    public const int ForForeignCosts = 1_000;

    /// <summary>The least power of ten, at most <see cref="MostPerToken"/>, in whose parts <paramref name="tokens"/> is whole.</summary>
    /// <param name="tokens">At most <see cref="TokenBucket.MaxTokens"/>.</param>
    public static int Needed(decimal tokens)
    {
        int quanta = 1;
        while (quanta < MostPerToken && decimal.Floor(tokens * quanta) != tokens * quanta) quanta *= 10;
        return quanta;
    }
}
