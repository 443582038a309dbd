using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of an entry of `listeners`.</summary>
internal static class ListenerSection
{
    private static readonly ValueKey<string> Name = new("name", Kinds.Name, null, "Unique name, for logs, metrics and status.") { Required = true };
    private static readonly ValueKey<IPEndPoint> Address = new("address", Kinds.ListenAddress, null,
        "IP address and port; bound in advance on both nodes. `*:80` is every IPv4 address.");
    private static readonly ListKey<IPEndPoint> Addresses = new("addresses", Kinds.ListenAddress, [],
        "Instead of `address`: several. Each is shown as NAME@ADDRESS and counts its limits by itself.")
    { Alternative = true };
    private static readonly ValueKey<TrafficProtocol> Protocol = new("protocol",
        new ChoiceKind<TrafficProtocol>(
            [("http", TrafficProtocol.Http), ("tcp", TrafficProtocol.Tcp), ("udp", TrafficProtocol.Udp), ("decision", TrafficProtocol.Decision)]), "http",
        "http with routes, tcp or udp to one upstream, or decision: the decision API for gateways.");
    private static readonly ListKey<IPNetwork> TrustedProxies = new("trusted_proxies", Kinds.Network, [],
        "Networks whose X-Forwarded-*, X-Original-* and PROXY protocol are believed.");
    private static readonly ValueKey<bool> ProxyProtocol = new("proxy_protocol", Kinds.Boolean, "false",
        "http, tcp: connections from trusted_proxies begin with a PROXY protocol header, v1 or v2.");
    private static readonly SectionKey Tls = new("tls", TlsSection.Section, "http, tcp: TLS ends here. Absent: plain.");
    private static readonly SectionKey Limits = new("limits", LimitsSection.Section, "Limits before a byte is read; each may be left out.");
    private static readonly ValueKey<bool> Policies = new("policies", new ChoiceKind<bool>([("enforce", true), ("off", false)]), "enforce",
        "http: enforce or off.");
    private static readonly ValueKey<bool> OnPolicyFailure = new("on_policy_failure", new ChoiceKind<bool>([("open", true), ("closed", false)]),
        "open", "http: without a usable bundle requests pass (open) or get 503 (closed).");
    private static readonly SectionListKey Routes = new("routes", RouteSection.Section, "The first route that matches decides; http: none gets 404.");
    private static readonly ValueKey<string> Upstream = new("upstream", Kinds.Name, null, "tcp, udp: name of the upstream.");
    private static readonly SectionKey Udp = new("udp", UdpSection.Section, "udp: sessions.");
    private static readonly SectionKey Timeouts = new("timeouts", TimeoutsSection.Section, "Time limits, 1ms to 24h each.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Name, Address, Addresses, Protocol, TrustedProxies, ProxyProtocol, Tls, Limits, LimitsSection.OnLimit, LimitsSection.OffloadAfter,
            Policies, OnPolicyFailure, .. HttpKeys.All, Routes, Upstream, Udp, Timeouts],
        ["compression", "basic_auth", "http2"]);

    /// <summary>Reads an entry.</summary>
    public static ListenerConfig Read(SectionReader reader, string baseDirectory)
    {
        ImmutableArray<IPEndPoint> addresses = reader.Get(Addresses);
        return new ListenerConfig
        {
            Name = reader.Get(Name),
            Addresses = reader.TryGet(Address, out IPEndPoint address) ? [address] : addresses,
            Protocol = reader.Get(Protocol),
            TrustedProxies = reader.Get(TrustedProxies),
            ProxyProtocol = reader.Get(ProxyProtocol),
            Tls = reader.GetOptional(Tls) is { } tls ? TlsSection.Read(tls, baseDirectory) : null,
            Admission = ReadLimits(reader),
            EnforcePolicies = reader.Get(Policies),
            OpenOnPolicyFailure = reader.Get(OnPolicyFailure),
            Http = HttpKeys.Read(reader),
            ErrorPages = HttpKeys.ReadErrorPages(reader, baseDirectory),
            Routes = [.. reader.Get(Routes).Select(RouteSection.Read)],
            Upstream = reader.GetOrNull(Upstream),
            Udp = UdpSection.Read(reader.Get(Udp)),
            Timeouts = TimeoutsSection.Read(reader.Get(Timeouts)),
        };
    }

    private static Proxy.Configuration.AdmissionSettings? ReadLimits(SectionReader reader)
    {
        // The keys beside `limits` are checked also when there are no limits; the validator says what they lack.
        SectionReader? limits = reader.GetOptional(Limits);
        var settings = LimitsSection.Read(limits ?? reader.Get(Limits), reader);
        return limits is null ? null : settings;
    }
}
