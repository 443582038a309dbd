using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Rules;

/// <summary>A selector on its own, where no index is worth it. Immutable.</summary>
/// <param name="Route">Hosts and paths.</param>
/// <param name="Methods">Case-sensitive; null = any.</param>
internal sealed record RequestSelector(RouteSelector Route, byte[][]? Methods)
{
    public bool Selects(ReadOnlySpan<byte> method, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) =>
        SelectsMethod(Methods, method) && Route.SelectsHost(host) && Route.SelectsPath(path);

    /// <param name="methods">Null = any.</param>
    /// <param name="method">As in the request line.</param>
    public static bool SelectsMethod(byte[][]? methods, ReadOnlySpan<byte> method)
    {
        if (methods is null) return true;
        foreach (byte[] wanted in methods)
        {
            if (method.SequenceEqual(wanted)) return true;
        }

        return false;
    }
}
