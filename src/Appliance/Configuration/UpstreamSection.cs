namespace Appliance.Configuration;

/// <summary>The keys of an entry of `upstreams`.</summary>
internal static class UpstreamSection
{
    private static readonly ValueKey<string> Name = new("name", Kinds.Name, null, "Unique name; routes and listeners refer to it.") { Required = true };
    private static readonly ValueKey<BalanceMethod> Balance = new("balance",
        new ChoiceKind<BalanceMethod>([("round_robin", BalanceMethod.RoundRobin)], ["least_connections", "random_two", "hash"]), "round_robin",
        "How a server is chosen: round_robin, in turn by weight.");
    private static readonly SectionListKey Servers = new("servers", ServerSection.Section, "Its servers.") { Required = true };

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Name, Balance, Servers],
        ["health_check", "circuit_breaker", "retry", "tls", "slow_start", "sticky", "hash", "hash_on", "proxy_protocol", "maximum_connections",
            "queue", "keepalive", "timeouts", "protocol", "outlier_ejection"]);

    /// <summary>Reads an entry.</summary>
    public static UpstreamConfig Read(SectionReader reader) => new()
    {
        Name = reader.Get(Name),
        Balance = reader.Get(Balance),
        Servers = [.. reader.Get(Servers).Select(ServerSection.Read)],
    };
}
