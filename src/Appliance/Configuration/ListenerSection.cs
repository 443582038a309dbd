using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of an entry of `listeners`.</summary>
internal static class ListenerSection
{
    private static readonly ValueKey<string> Name = new("name", Kinds.Name, null, "Unique name, for logs, metrics and status.") { Required = true };
    private static readonly ValueKey<IPEndPoint> Address = new("address", Kinds.ListenAddress, null,
        "IP address and port; bound in advance on both nodes. `*:80` is every IPv4 address.")
    { Required = true };
    private static readonly ValueKey<TrafficProtocol> Protocol = new("protocol",
        new ChoiceKind<TrafficProtocol>(
            [("http", TrafficProtocol.Http), ("tcp", TrafficProtocol.Tcp), ("decision", TrafficProtocol.Decision)], ["udp"]), "http",
        "http with routes, tcp to one upstream, or decision: the decision API for gateways.");
    private static readonly ListKey<IPNetwork> TrustedProxies = new("trusted_proxies", Kinds.Network, [],
        "Networks whose X-Forwarded-* and X-Original-* are believed.");
    private static readonly ValueKey<bool> Policies = new("policies", new ChoiceKind<bool>([("enforce", true), ("off", false)]), "enforce",
        "http: enforce or off.");
    private static readonly ValueKey<bool> OnPolicyFailure = new("on_policy_failure", new ChoiceKind<bool>([("open", true), ("closed", false)]),
        "open", "http: without a usable bundle requests pass (open) or get 503 (closed).");
    private static readonly SectionListKey Routes = new("routes", RouteSection.Section, "http: the first route that matches decides; none: 404.");
    private static readonly ValueKey<string> Upstream = new("upstream", Kinds.Name, null, "tcp: name of the upstream.");
    private static readonly SectionKey Timeouts = new("timeouts", TimeoutsSection.Section, "Time limits, 1ms to 24h each.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Name, Address, Protocol, TrustedProxies, Policies, OnPolicyFailure, Routes, Upstream, Timeouts],
        ["tls", "limits", "redirect_to_https", "error_pages", "proxy_protocol", "max_body_size", "compression", "addresses", "on_limit",
            "offload_after", "basic_auth", "http2"]);

    /// <summary>Reads an entry.</summary>
    public static ListenerConfig Read(SectionReader reader) => new()
    {
        Name = reader.Get(Name),
        Address = reader.Get(Address),
        Protocol = reader.Get(Protocol),
        TrustedProxies = reader.Get(TrustedProxies),
        EnforcePolicies = reader.Get(Policies),
        OpenOnPolicyFailure = reader.Get(OnPolicyFailure),
        Routes = [.. reader.Get(Routes).Select(RouteSection.Read)],
        Upstream = reader.TryGet(Upstream, out string upstream) ? upstream : null,
        Timeouts = TimeoutsSection.Read(reader.Get(Timeouts)),
    };
}
