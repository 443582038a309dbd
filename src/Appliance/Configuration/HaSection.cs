using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>The keys of `ha`.</summary>
internal static class HaSection
{
    private static readonly ValueKey<bool> Mode = new("mode", new ChoiceKind<bool>([("active-passive", false), ("active-active", true)]), "active-passive",
        "active-passive: one node carries the traffic. active-active: each owns a group of `groups` and backs up the other's.");
    private static readonly ValueKey<bool> Primary = new("primary", Kinds.Boolean, null,
        "This node is preferred when both are fit; true on exactly one of the two.");
    private static readonly ValueKey<string> Interface = new("interface", Kinds.Interface, null, "Where adverts are sent and the virtual addresses live.")
    { Required = true };
    private static readonly SectionListKey Groups = new("groups", HaGroupSection.Section,
        "Instead of `primary`, `virtual_router_id` and `virtual_addresses`: several virtual routers, each with the node that owns it.");
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
    private static readonly ValueKey<int> MaximumFlaps = new("maximum_flaps", new IntegerKind(0, 100), "4",
        "More losses of the active role than this, that nobody ordered, lead to bypass, 0 to 100.");
    private static readonly ValueKey<TimeSpan> FlapWindow = new("flap_window", new DurationKind(1000, 86_400_000), "10m",
        "How long such a loss counts, 1s to 24h.");
    private static readonly SectionKey Bypass = new("bypass", BypassSection.Section, "What a node does after too many flaps.");
    private static readonly SectionKey Bandwidth = new("bandwidth_monitoring", BandwidthSection.Section,
        "Too little received traffic, while active and with a fit peer, makes this node unfit.");
    private static readonly SectionKey Links = new("link_monitoring", LinkSection.Section, "Links that must have carrier.");
    private static readonly ListKey<string> Upstreams = new("upstreams", Kinds.Name, [],
        "Without a healthy server in each of these this node yields to a fit peer.");
    private static readonly SectionKey Track = new("track", new Section([Upstreams], ["commands"]), "What else makes this node unfit.");
    private static readonly SectionKey Vrrp = new("vrrp", VrrpSection.Section, "Details of the wire protocol.");
    private static readonly ValueKey<string> OnTransition = new("on_transition", Kinds.FilePath, null,
        "An executable, run at each change of role: ROLE REASON as arguments, the status as JSON on stdin; it has 10s.");

    /// <summary>The flat keys, which `groups` replaces.</summary>
    public static readonly ImmutableArray<string> FlatKeys = [Primary.Name, HaGroupSection.FlatVirtualRouterId.Name, HaGroupSection.FlatVirtualAddresses.Name];

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Mode, Primary, Interface, HaGroupSection.FlatVirtualRouterId, HaGroupSection.FlatVirtualAddresses, Groups, Address, Peer, Port, SecretFile,
            PeerCheckInterval, PeerFailureThreshold, PeerRecoveryThreshold, Preempt, PreemptDelay, MaximumFlaps, FlapWindow, Bypass, Bandwidth, Links,
            Witness, Track, Vrrp, OnTransition],
        ["sync_interval"]);

    /// <summary>Reads the section.</summary>
    /// <param name="reader">Its keys.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="baseDirectory">Relative paths of files start here.</param>
    public static HaConfig Read(SectionReader reader, string node, string baseDirectory)
    {
        string haInterface = reader.Get(Interface);
        HaGroupConfig flat = ReadFlat(reader); // also beside `groups`, so that the validator sees that it was given
        return new HaConfig
        {
            ActiveActive = reader.Get(Mode),
            Interface = haInterface,
            Groups = reader.Has(Groups) ? [.. reader.Get(Groups).Select(group => HaGroupSection.Read(group, node))] : [flat],
            Address = reader.TryGet(Address, out IPAddress address) ? address : null,
            Peer = reader.TryGet(Peer, out IPAddress peer) ? peer : null,
            Port = reader.Get(Port),
            SecretFile = Path.GetFullPath(reader.Get(SecretFile), baseDirectory),
            PeerCheckInterval = reader.Get(PeerCheckInterval),
            PeerFailureThreshold = reader.Get(PeerFailureThreshold),
            PeerRecoveryThreshold = reader.Get(PeerRecoveryThreshold),
            Preempt = reader.Get(Preempt),
            PreemptDelay = reader.Get(PreemptDelay),
            MaximumFlaps = reader.Get(MaximumFlaps),
            FlapWindow = reader.Get(FlapWindow),
            Bypass = BypassSection.Read(reader.Get(Bypass), baseDirectory),
            Bandwidth = BandwidthSection.Read(reader.Get(Bandwidth), haInterface),
            Links = LinkSection.Read(reader.Get(Links)),
            Witnesses = reader.Get(Witness),
            TrackedUpstreams = reader.Get(Track).Get(Upstreams),
            Vrrp = VrrpSection.Read(reader.Get(Vrrp)),
            OnTransition = reader.GetFile(OnTransition, baseDirectory),
        };
    }

    private static HaGroupConfig ReadFlat(SectionReader reader) => new()
    {
        VirtualRouterId = reader.Get(HaGroupSection.FlatVirtualRouterId),
        Owner = null,
        Primary = reader.Get(Primary),
        VirtualAddresses = reader.Get(HaGroupSection.FlatVirtualAddresses),
    };
}
