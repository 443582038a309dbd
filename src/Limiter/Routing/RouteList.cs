namespace Appliance.Limiter.Routing;

/// <summary>An ascending list of policies and how far it was read.</summary>
internal struct RouteList(List<int> policies)
{
    private int _next;

    public readonly bool IsAtEnd => _next == policies.Count;

    public readonly int Current => policies[_next];

    public void Skip() => _next++;
}
