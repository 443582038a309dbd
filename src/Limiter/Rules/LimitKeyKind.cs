namespace Appliance.Limiter.Rules;

/// <summary>Where the value of a descriptor comes from.</summary>
internal enum LimitKeyKind
{
    ClientAddress,
    Header,
}
