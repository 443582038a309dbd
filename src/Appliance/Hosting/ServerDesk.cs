using Appliance.Cli;
using Appliance.Proxy;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>Takes an operator's orders about servers of upstreams. Thread-safe as far as what it is given is.</summary>
/// <param name="status">What there is.</param>
/// <param name="setDrain">Upstream, server, drain or not; false: there is no such server. Null: this build cannot.</param>
/// <param name="log">Orders are logged.</param>
internal sealed class ServerDesk(Func<ProxyStatus> status, Func<string, string, bool, bool>? setDrain, ILogger log)
{
    /// <summary>Takes a server out of rotation, or puts it back.</summary>
    /// <param name="name">UPSTREAM/SERVER as status shows them.</param>
    /// <param name="drain">True: out of rotation.</param>
    public OrderResult SetDrain(string name, bool drain)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || slash == name.Length - 1) return new OrderResult(ExitCode.Invalid, "name the server as UPSTREAM/SERVER");
        string upstream = name[..slash];
        string server = name[(slash + 1)..];
        if (Missing(upstream, server) is { } missing) return new OrderResult(ExitCode.Invalid, missing);
        if (setDrain is null) return new OrderResult(ExitCode.Failed, "draining servers is not available in this version");

        // A reload may have removed it in between.
        if (!setDrain(upstream, server, drain)) return new OrderResult(ExitCode.Failed, $"{name} was removed from the config just now");
        string state = drain ? "drained: it gets nothing new, what it has may finish" : "in rotation";
        ApplianceLog.ServerOrdered(log, name, state);
        return new OrderResult(ExitCode.Ok, $"{name} is {state}");
    }

    private string? Missing(string upstream, string server)
    {
        ProxyStatus now = status();
        UpstreamStatus? found = now.Upstreams.FirstOrDefault(u => u.Name == upstream);
        if (found is null) return $"no upstream is named {upstream}; there are: {Names(now.Upstreams.Select(u => u.Name))}";
        if (found.Servers.Any(s => s.Address == server)) return null;
        return $"upstream {upstream} has no server {server}; it has: {Names(found.Servers.Select(s => s.Address))}";
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } joined ? joined : "none";
}
