using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of `ha`.</summary>
internal static class HaSection
{
    private static readonly ValueKey<bool> Mode = new("mode", new ChoiceKind<bool>([("active-passive", true)], ["active-active"]), "active-passive",
        "One node carries the traffic, the other is ready to.");
    private static readonly ValueKey<bool> Primary = new("primary", Kinds.Boolean, null,
        "This node is preferred when both are fit; true on exactly one of the two.")
    { Required = true };
    private static readonly ValueKey<string> Interface = new("interface",
        new TextKind("the name of a network interface", IsInterface, @"[^/\s:]{1,15}"), null,
        "Where adverts are sent and the virtual addresses live.")
    { Required = true };
    private static readonly ValueKey<int> VirtualRouterId = new("virtual_router_id", new IntegerKind(1, 255), null,
        "VRRP virtual router id, 1 to 255; equal on both nodes, unique in the network.")
    { Required = true };
    private static readonly ListKey<VirtualAddressConfig> VirtualAddresses =
        new("virtual_addresses", new VirtualAddressKind(), [], "Addresses that move with the active role, each with its prefix length; IPv4.")
        {
            Required = true,
            SectionItem = "an interface per virtual address is not available in this version; write ADDRESS/LENGTH",
        };
    private static readonly ValueKey<IPAddress> Address = new("address", new AddressKind(), null,
        "Own address on the HA link; it goes with `peer`.");
    private static readonly ValueKey<IPAddress> Peer = new("peer", new AddressKind(), null,
        "The other node's address on the HA link. Absent: the peer is another VRRP router, and only adverts count.");
    private static readonly ValueKey<int> Port = new("port", new IntegerKind(1, 65535), "7400",
        "HA port: UDP heartbeat, TCP state sync.");
    private static readonly ValueKey<string> SecretFile = new("secret_file", Kinds.FilePath, Hosting.DaemonPaths.DefaultSecret,
        "Cluster secret, lines `ID BASE64`: the first signs, all verify; the same file on both nodes.");
    private static readonly ValueKey<TimeSpan> PeerCheckInterval = new("peer_check_interval", new DurationKind(10, 40_000, 10), "100ms",
        "Time between adverts and between heartbeats, 10ms to 40s in steps of 10ms.");
    private static readonly ValueKey<int> PeerFailureThreshold = new("peer_failure_threshold", new IntegerKind(1, 100), "3",
        "Missed checks in a row until the peer is down.");
    private static readonly ValueKey<int> PeerRecoveryThreshold = new("peer_recovery_threshold", new IntegerKind(1, 100), "5",
        "Good checks in a row until a failed peer is trusted again.");
    private static readonly ValueKey<bool> Preempt = new("preempt", Kinds.Boolean, "true",
        "A recovered primary takes the active role back, by planned handover.");
    private static readonly ValueKey<TimeSpan> PreemptDelay = new("preempt_delay", new DurationKind(0, 3_600_000), "0s",
        "How long it waits before it does.");
    private static readonly ListKey<IPAddress> Witness = new("witness", new AddressKind(), [],
        "Addresses on the LAN that prove this node can be reached; none: the default gateway.");
    private static readonly SectionKey Vrrp = new("vrrp", VrrpSection.Section, "Details of the wire protocol.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Mode, Primary, Interface, VirtualRouterId, VirtualAddresses, Address, Peer, Port, SecretFile, PeerCheckInterval,
            PeerFailureThreshold, PeerRecoveryThreshold, Preempt, PreemptDelay, Witness, Vrrp],
        ["groups", "maximum_flaps", "flap_window", "bypass", "bandwidth_monitoring", "link_monitoring", "track", "on_transition", "sync_interval"]);

    /// <summary>Reads the section.</summary>
    public static HaConfig Read(SectionReader reader, string baseDirectory)
    {
        reader.Get(Mode);
        return new HaConfig
        {
            Primary = reader.Get(Primary),
            Interface = reader.Get(Interface),
            VirtualRouterId = reader.Get(VirtualRouterId),
            VirtualAddresses = reader.Get(VirtualAddresses),
            Address = reader.TryGet(Address, out IPAddress address) ? address : null,
            Peer = reader.TryGet(Peer, out IPAddress peer) ? peer : null,
            Port = reader.Get(Port),
            SecretFile = Path.GetFullPath(reader.Get(SecretFile), baseDirectory),
            PeerCheckInterval = reader.Get(PeerCheckInterval),
            PeerFailureThreshold = reader.Get(PeerFailureThreshold),
            PeerRecoveryThreshold = reader.Get(PeerRecoveryThreshold),
            Preempt = reader.Get(Preempt),
            PreemptDelay = reader.Get(PreemptDelay),
            Witnesses = reader.Get(Witness),
            Vrrp = VrrpSection.Read(reader.Get(Vrrp)),
        };
    }

    /// <summary>The kernel's own rule for names of interfaces (IFNAMSIZ).</summary>
    private static bool IsInterface(string text) =>
        text.Length is > 0 and < 16 && text is not "." and not ".." && text.All(c => char.IsBetween(c, '!', '~') && c is not '/' and not ':');
}
