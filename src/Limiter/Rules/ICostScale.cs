namespace Appliance.Limiter.Rules;

/// <summary>Turns a cost in tokens into the whole numbers that an algorithm counts in.</summary>
internal interface ICostScale
{
    /// <summary>Rounded up, so that nothing is ever cheaper than it says; saturates far above any limit.</summary>
    /// <param name="cost">Tokens, above 0.</param>
    ulong UnitsOf(decimal cost);
}
