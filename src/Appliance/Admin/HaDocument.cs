using System.Text.Json;
using Appliance.Failover;

namespace Appliance.Admin;

/// <summary>The pair's part of the status document; nothing on a single node.</summary>
internal static class HaDocument
{
    public static void Write(Utf8JsonWriter json, HaReport? ha)
    {
        if (ha is null) return;
        if (ha.Peer is { } peer)
        {
            json.WriteStartObject("peer"u8);
            json.WriteString("node"u8, peer.Node);
            json.WriteString("state"u8, peer.State);
            json.WriteString("role"u8, peer.Role);
            json.WriteBoolean("fit"u8, peer.Fit);
            if (peer.RoundTrip is { } roundTrip) json.WriteNumber("round_trip_us"u8, (long)roundTrip.TotalMicroseconds);
            json.WriteStartArray("drift"u8);
            if (peer.SameConfig == false) json.WriteStringValue("config"u8);
            if (peer.SameBundle == false) json.WriteStringValue("bundle"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("groups"u8);
        foreach (GroupReport group in ha.Groups)
        {
            json.WriteStartObject();
            json.WriteNumber("virtual_router_id"u8, group.VirtualRouterId);
            json.WriteStartArray("virtual_addresses"u8);
            foreach (string address in group.VirtualAddresses) json.WriteStringValue(address);
            json.WriteEndArray();
            json.WriteBoolean("held"u8, group.Held);
            json.WriteString("role"u8, group.Role);
            json.WriteString("reason"u8, group.Reason);
            json.WriteString("since"u8, StatusDocument.Time(group.Since));
            json.WriteString("peer_role"u8, group.PeerRole);
            json.WriteNumber("priority"u8, group.Priority);
            json.WriteNumber("flaps"u8, group.Flaps);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("monitors"u8);
        foreach (MonitorReport monitor in ha.Monitors)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, monitor.Name);
            json.WriteBoolean("ok"u8, monitor.Ok);
            json.WriteString("detail"u8, monitor.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteFlaps(json, ha);
        WriteLateness(json, ha);
    }

    private static void WriteFlaps(Utf8JsonWriter json, HaReport ha)
    {
        if (ha.Flaps is { } flaps)
        {
            json.WriteStartObject("flaps"u8);
            json.WriteNumber("count"u8, flaps.Count);
            json.WriteNumber("maximum"u8, flaps.Maximum);
            json.WriteNumber("window_s"u8, (long)flaps.Window.TotalSeconds);
            json.WriteEndObject();
        }

        if (ha.Bypass is not { } bypass) return;
        json.WriteStartObject("bypass"u8);
        json.WriteString("action"u8, bypass.Action);
        json.WriteString("since"u8, StatusDocument.Time(bypass.Since));
        json.WriteString("until"u8, bypass.Until is { } until ? StatusDocument.Time(until) : null);
        json.WriteString("detail"u8, bypass.Detail);
        json.WriteEndObject();
    }

    private static void WriteLateness(Utf8JsonWriter json, HaReport ha)
    {
        if (ha.Lateness is { } lateness)
        {
            json.WriteStartObject("heartbeat"u8);
            json.WriteNumber("worst_of_last_hour_us"u8, (long)lateness.WorstOfLastHour.TotalMicroseconds);
            json.WriteNumber("worst_us"u8, (long)lateness.Longest.TotalMicroseconds);
            json.WriteBoolean("real_time"u8, lateness.RealTime);
            json.WriteEndObject();
        }

        json.WriteStartArray("warnings"u8);
        foreach (string warning in ha.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
    }
}
