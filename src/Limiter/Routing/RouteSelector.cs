namespace Appliance.Limiter.Routing;

/// <summary>Host and path part of a policy's selector, normalised.</summary>
/// <param name="PathPrefix">Null when the selector has none.</param>
/// <param name="PathExact">Null when the selector has none.</param>
/// <param name="Hosts">Exact names; null together with <paramref name="HostSuffixes"/> = any host.</param>
/// <param name="HostSuffixes">What follows `*.`; matches one or more labels before it.</param>
internal sealed record RouteSelector(byte[]? PathPrefix, byte[]? PathExact, byte[][]? Hosts, byte[][]? HostSuffixes)
{
    public bool IsAnyHost => Hosts is null && HostSuffixes is null;
}
