using System.Collections.Immutable;
using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>Translates the election's figures into the words of status and metrics.</summary>
internal static class HaReporter
{
    public static HaReport Report(HaSettings settings, HaStatus status) => new()
    {
        Role = RoleNames.Of(status.Role),
        Reason = status.Reason,
        Since = status.Since,
        Peer = status.Peer is { } peer ? Report(peer) : null,
        Groups =
        [
            new GroupReport(
                settings.Groups[0].VirtualRouterId,
                [.. settings.Groups[0].VirtualAddresses.Select(address => address.ToString())],
                status.AddressesHeld.Length == settings.Groups[0].VirtualAddresses.Length),
        ],
        Monitors = [.. status.Monitors.Select(monitor => new MonitorReport(monitor.Name, monitor.Ok, monitor.Detail))],
        Lateness = status.Lateness,
        Figures = Figures(status),
    };

    private static PeerReport Report(HaPeerStatus peer) => new(
        peer.Node,
        RoleNames.Of(peer.State),
        peer.Role is { } role ? RoleNames.Of(role) : "",
        peer.Fit,
        peer.RoundTrip,
        peer.SameConfig,
        peer.SameBundle);

    private static ImmutableArray<HaFigure> Figures(HaStatus status)
    {
        HaCounters counters = status.Counters;
        var figures = ImmutableArray.CreateBuilder<HaFigure>();
        void Add(string name, string help, double value) => figures.Add(new HaFigure(name, help, "", "", value));
        Add("appliance_ha_priority", "VRRP priority in use.", status.Priority);
        Add("appliance_ha_addresses_held", "Virtual addresses on this node now.", status.AddressesHeld.Length);
        Add("appliance_ha_transitions_total", "Role changes.", counters.Transitions);
        Add("appliance_ha_takeovers_total", "Times this node became active.", counters.Takeovers);
        Add("appliance_ha_adverts_sent_total", "VRRP adverts sent.", counters.AdvertsSent);
        Add("appliance_ha_adverts_received_total", "VRRP adverts accepted.", counters.AdvertsReceived);
        AddRefused(figures, "appliance_ha_adverts_refused_total", "VRRP adverts refused, by reason.", counters.AdvertsRefused);
        Add("appliance_ha_heartbeats_sent_total", "Heartbeats sent on the HA port.", counters.HeartbeatsSent);
        Add("appliance_ha_heartbeats_received_total", "Heartbeats accepted.", counters.HeartbeatsReceived);
        AddRefused(figures, "appliance_ha_heartbeats_refused_total", "Heartbeats refused, by reason.", counters.HeartbeatsRefused);
        Add("appliance_spoofed_adverts_total", "Adverts that contradicted the peer's authenticated word.", counters.SpoofedAdverts);
        Add("appliance_ha_announcements_total", "Gratuitous ARP requests sent.", counters.Announcements);
        Add("appliance_ha_addresses_repaired_total", "Virtual addresses put back after somebody else deleted them.", counters.AddressesRepaired);
        Add("appliance_ha_send_errors_total", "Packets of the election that could not be sent.", counters.SendErrors);
        Add("appliance_ha_sleeps_total", "Times this node slept longer than the peer waits.", counters.Sleeps);
        return figures.ToImmutable();
    }

    private static void AddRefused(
        ImmutableArray<HaFigure>.Builder figures, string name, string help, ImmutableArray<KeyValuePair<string, long>> reasons)
    {
        foreach ((string reason, long count) in reasons) figures.Add(new HaFigure(name, help, "reason", reason, count));
    }
}
