namespace Integration.Lab;

/// <summary>What tests vary in a node's configuration; the rest is that of samples/pair.</summary>
internal sealed record NodeSettings
{
    /// <summary>No ha section at all when false.</summary>
    public bool Ha { get; init; } = true;

    /// <summary>The other node is ours: heartbeat on the HA link. False: any VRRP router, adverts only.</summary>
    public bool Peer { get; init; } = true;

    public bool Preempt { get; init; }

    /// <summary>A number, or the priority that follows from `primary`.</summary>
    public string Priority { get; init; } = "auto";

    public string CheckInterval { get; init; } = "100ms";

    /// <summary>With prefixes, of either family; IPv6 ones are served as well.</summary>
    public string VirtualAddresses { get; init; } = $"{Laboratory.VirtualAddress}/24";

    public bool VirtualMac { get; init; }

    /// <summary>Empty: the default gateways.</summary>
    public string Witness { get; init; } = "";

    /// <summary>Five at once, then one a second, for each client address; only under /limited.</summary>
    public string Bundle { get; init; } = """
        {
          "bundle_version": 1,
          "policies": [
            {
              "id": "limited-area",
              "spec": {
                "selector": { "pathPrefix": "/limited" },
                "rules": [
                  {
                    "name": "per-client",
                    "limit_keys": ["ip:address"],
                    "algorithm": "token_bucket",
                    "algorithm_config": { "tokens_per_second": 1, "burst": 5 }
                  }
                ]
              }
            }
          ]
        }
        """;

    /// <summary>Lines of the ha section beyond the usual ones, not indented.</summary>
    public string[] Election { get; init; } = [];

    /// <summary>Active-active: each node owns one virtual address, `a` the usual one and `b` the second.</summary>
    public bool TwoGroups { get; init; }

    /// <summary>The servers are asked five times a second, and one answer decides.</summary>
    public bool HealthCheck { get; init; }

    /// <summary>Appended to the file as it is.</summary>
    public string Extra { get; init; } = "";

    /// <summary>The file for node `a` or `b`; <paramref name="directory"/> holds the secret and the bundle.</summary>
    public string Yaml(string node, string directory) => $"""
        node: lb-{node}
        {(Ha ? HaSection(node, directory) : "")}
        listeners:
          - name: web
            address: {(Ha ? Laboratory.VirtualAddress : "127.0.0.1")}:80
            protocol: http
            routes:
              - upstream: web
        {Listener6}
        {(TwoGroups ? SecondListener : "")}
          - name: relay
            address: {(Ha ? Laboratory.VirtualAddress : "127.0.0.1")}:8081
            protocol: tcp
            upstream: web
        upstreams:
          - name: web
            servers:
              - address: 203.0.113.21:8080
              - address: 203.0.113.22:8080
            {(HealthCheck ? "health_check: { path: /, interval: 200ms, timeout: 150ms, healthy_after: 1, unhealthy_after: 1 }" : "")}
        policies:
          file: {directory}/policies.json
        admin:
          address: 127.0.0.1:9900
        {Extra}
        """;

    private string HaSection(string node, string directory)
    {
        int own = node == "a" ? 1 : 2;
        string link = Peer
            ? $"""
                  address: 198.51.100.{own}
                  peer: 198.51.100.{3 - own}
                  port: 7400
                  secret_file: {directory}/cluster.key
                """
            : "";
        return $"""
            ha:
              interface: eth0
            {(TwoGroups ? Groups : OneGroup(node))}
            {link}
              peer_check_interval: {CheckInterval}
              witness: [{(Witness.Length > 0 ? Quoted(Witness) : "")}]
              preempt: {(Preempt ? "true" : "false")}
              vrrp:
                priority: {Priority}
                virtual_mac: {(VirtualMac ? "true" : "false")}
            {string.Join('\n', Election.Select(line => "  " + line))}
            """;
    }

    private const string SecondListener = $"""
          - name: second
            address: {Laboratory.SecondAddress}:80
            protocol: http
            routes:
              - upstream: web
        """;

    private const string Groups = $$"""
          mode: active-active
          groups:
            - { virtual_router_id: 51, owner: lb-a, virtual_addresses: [{{Laboratory.VirtualAddress}}/24] }
            - { virtual_router_id: 52, owner: lb-b, virtual_addresses: [{{Laboratory.SecondAddress}}/24] }
        """;

    private string OneGroup(string node) => $"""
          primary: {(node == "a" ? "true" : "false")}
          virtual_router_id: 51
          virtual_addresses: [{Quoted(VirtualAddresses)}]
        """;

    private string Listener6 => VirtualAddresses.Contains(Laboratory.VirtualAddress6, StringComparison.Ordinal)
        ? $"  - {{ name: web6, address: \"[{Laboratory.VirtualAddress6}]:80\", protocol: http, routes: [{{ upstream: web }}] }}"
        : "";

    private static string Quoted(string addresses) => string.Join(", ", addresses.Split(' ').Select(address => $"\"{address}\""));
}
