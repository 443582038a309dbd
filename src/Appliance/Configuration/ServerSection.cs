using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of an entry of an upstream's `servers`.</summary>
internal static class ServerSection
{
    private static readonly ValueKey<EndPoint> Address = new("address", new ServerAddressKind(), null,
        "IP address or DNS name, and port; every address of a name is used.")
    { Required = true };
    private static readonly ValueKey<int> Weight = new("weight", new IntegerKind(1, 256), "1", "Share of the traffic, 1 to 256.");
    private static readonly ValueKey<bool> Backup = new("backup", Kinds.Boolean, "false", "Used only when no other server can be reached.");
    private static readonly ValueKey<int> MaximumConnections = new("maximum_connections", new IntegerKind(0, 10_000_000), "0",
        "Connections in use at once; further requests wait. 0: no limit.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Address, Weight, Backup, MaximumConnections], ["name", "tls", "health_check", "slow_start", "drain"]);

    /// <summary>Reads an entry.</summary>
    public static ServerConfig Read(SectionReader reader) => new()
    {
        Address = reader.Get(Address),
        Weight = reader.Get(Weight),
        Backup = reader.Get(Backup),
        MaximumConnections = reader.Get(MaximumConnections),
    };
}
