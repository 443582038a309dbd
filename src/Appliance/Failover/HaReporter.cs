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
        Groups = [.. status.Groups.Select(Report)],
        Monitors = [.. status.Monitors.Select(monitor => new MonitorReport(monitor.Name, monitor.Ok, monitor.Detail))],
        Lateness = status.Lateness,
        Flaps = new FlapReport(status.Groups.Max(group => group.Flaps), settings.MaximumFlaps, settings.FlapWindow),
        Bypass = BypassOf(settings, status),
        Warnings = LatenessAdvice.Of(status.Lateness.WorstOfLastHour, settings.PeerCheckInterval, settings.PeerFailureThreshold) is { } late ? [late] : [],
        Figures = Figures(status),
    };

    /// <summary>Before the election has begun: probes and the CLI are answered by listeners that are already there.</summary>
    public static HaReport Starting(HaSettings settings, DateTimeOffset since) => new()
    {
        Role = RoleNames.Starting,
        Reason = "the election has not begun yet",
        Since = since,
        Groups =
        [
            .. settings.Groups.Select(group => new GroupReport
            {
                VirtualRouterId = group.VirtualRouterId,
                Role = RoleNames.Starting,
                Since = since,
                VirtualAddresses = [.. group.VirtualAddresses.Select(address => address.ToString())],
            }),
        ],
    };

    private static GroupReport Report(HaGroupStatus group) => new()
    {
        VirtualRouterId = group.VirtualRouterId,
        Role = RoleNames.Of(group.Role),
        Reason = group.Reason,
        Since = group.Since,
        Priority = group.Priority,
        PeerRole = group.PeerRole is { } role ? RoleNames.Of(role) : "",
        VirtualAddresses = [.. group.VirtualAddresses.Select(address => address.ToString())],
        Held = group.Held,
        Flaps = group.Flaps,
        BypassUntil = group.BypassUntil,
    };

    /// <summary>With several groups: since the first entered, until the last leaves.</summary>
    private static BypassReport? BypassOf(HaSettings settings, HaStatus status)
    {
        ImmutableArray<HaGroupStatus> bypassed = [.. status.Groups.Where(group => group.Role == HaRole.Bypass)];
        if (bypassed.IsEmpty) return null;
        DateTimeOffset? until = bypassed.Any(group => group.BypassUntil is null) ? null : bypassed.Max(group => group.BypassUntil);
        return new BypassReport(RoleNames.Of(settings.BypassAction), bypassed.Min(group => group.Since), until, "");
    }

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
        foreach (HaGroupStatus group in status.Groups)
        {
            figures.Add(new HaFigure("appliance_ha_priority", "VRRP priority in use.", "group", $"{group.VirtualRouterId}", group.Priority));
        }

        void Add(string name, string help, double value) => figures.Add(new HaFigure(name, help, "", "", value));
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
