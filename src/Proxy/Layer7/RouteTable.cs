using System.Text;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>A listener's routes in the operator's order; the first that fits wins. Immutable, shared by the loops.</summary>
internal sealed class RouteTable(IEnumerable<RouteTable.Route> routes)
{
    private readonly Route[] _routes = [.. routes];

    /// <summary>The upstream for a request; null: no route fits.</summary>
    /// <param name="host">Normalised (<see cref="HostName"/>); may be empty.</param>
    /// <param name="path">Normalised (<see cref="TargetPath"/>).</param>
    internal UpstreamPool? Find(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path)
    {
        foreach (Route route in _routes)
        {
            if (route.Matches(host, path)) return route.Pool;
        }

        return null;
    }

    /// <summary>One compiled route.</summary>
    internal sealed class Route(IEnumerable<string> hosts, string pathPrefix, UpstreamPool pool)
    {
        private readonly byte[][] _hosts = [.. hosts.Select(Encoding.ASCII.GetBytes)];
        private readonly byte[] _prefix = Encoding.UTF8.GetBytes(pathPrefix.TrimEnd('/'));

        internal UpstreamPool Pool { get; } = pool;

        internal bool Matches(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) =>
            path.StartsWith(_prefix)
            && (path.Length == _prefix.Length || path[_prefix.Length] == '/' || _prefix.Length == 0)
            && (_hosts.Length == 0 || MatchesHost(host));

        private bool MatchesHost(ReadOnlySpan<byte> host)
        {
            foreach (ReadOnlySpan<byte> pattern in _hosts)
            {
                bool fits = pattern is [(byte)'*', (byte)'.', ..]
                    ? host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..])
                    : host.SequenceEqual(pattern);
                if (fits) return true;
            }

            return false;
        }
    }
}
