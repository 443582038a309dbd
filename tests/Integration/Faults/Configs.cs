namespace Integration.Faults;

/// <summary>The daemon's file for one http listener, `web`, before one server.</summary>
internal static class Configs
{
    /// <param name="listener">More keys of the listener, `KEY: VALUE, ` each.</param>
    /// <param name="upstream">More keys of the upstream, `KEY: VALUE, ` each.</param>
    /// <param name="rest">More sections.</param>
    public static string Proxy(int port, int server, string listener = "", string upstream = "", string rest = "") => $$"""
        node: alone
        listeners:
          - { name: web, address: "127.0.0.1:{{port}}", protocol: http, {{listener}}routes: [{ upstream: web }] }
        upstreams:
          - { name: web, {{upstream}}servers: [{ address: "127.0.0.1:{{server}}" }] }
        log: { access: off }
        {{rest}}

        """;
}
