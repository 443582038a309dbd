namespace Appliance.Limiter.Tokens;

/// <summary>What a step through an object or array came to.</summary>
internal enum JsonStep
{
    Value,
    End,
    Malformed,
}
