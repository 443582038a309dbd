namespace Appliance.Limiter.Rules;

/// <summary>Where a request's cost comes from.</summary>
internal enum CostSourceKind
{
    Fixed,
    Header,
    Query,
}
