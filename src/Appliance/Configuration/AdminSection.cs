using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of `admin`.</summary>
internal static class AdminSection
{
    private static readonly ValueKey<IPEndPoint> Address = new("address", Kinds.ListenAddress, "127.0.0.1:9900",
        "IP address and port of /livez, /readyz, /metrics, /v1/status and /v1/decision.");
    private static readonly ListKey<IPNetwork> TrustedProxies = new("trusted_proxies", Kinds.Network, ["127.0.0.0/8", "::1/128"],
        "Gateways whose X-Original-* the decision API believes.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Address, TrustedProxies], ["tls", "debug_secret_file"]);

    /// <summary>Reads the section.</summary>
    public static AdminConfig Read(SectionReader reader) =>
        new() { Address = reader.Get(Address), TrustedProxies = reader.Get(TrustedProxies) };
}
