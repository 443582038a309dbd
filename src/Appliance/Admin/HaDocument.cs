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
    }
}
