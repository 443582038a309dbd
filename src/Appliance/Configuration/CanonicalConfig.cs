using System.Buffers;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>
/// Writes parts of a configuration in one fixed form, defaults filled in, so that two that mean the same give the same bytes however
/// their files are written. Fingerprints and the comparison at a reload rest on it.
/// </summary>
internal static class CanonicalConfig
{
    /// <summary>The bytes that one part writes.</summary>
    public static ReadOnlySpan<byte> Bytes(Action<Utf8JsonWriter> part)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer)) part(writer);
        return buffer.WrittenSpan;
    }

    /// <summary>
    /// What the pair must agree on of its virtual routers; empty on a single node. With flat keys the nodes differ in `primary`, with groups
    /// both name the same owner.
    /// </summary>
    public static void WriteVirtualAddresses(Utf8JsonWriter writer, HaConfig? ha)
    {
        writer.WriteStartArray();
        foreach (HaGroupConfig group in ha?.Groups.OrderBy(g => g.VirtualRouterId) ?? Enumerable.Empty<HaGroupConfig>())
        {
            writer.WriteNumberValue(group.VirtualRouterId);
            if (group.Owner is not null) writer.WriteStringValue(group.Owner);
            foreach (VirtualAddressConfig address in group.VirtualAddresses) writer.WriteStringValue(address.ToString());
        }

        if (ha is not null) writer.WriteStringValue($"{ha.ActiveActive} {ha.Vrrp.Unicast} {ha.Vrrp.VirtualMac}");
        writer.WriteEndArray();
    }

    /// <summary>The rest of the `ha` section: what a node has of its own.</summary>
    public static void WriteHaOfNode(Utf8JsonWriter writer, HaConfig? ha)
    {
        writer.WriteStartArray();
        if (ha is not null)
        {
            writer.WriteStringValue($"{string.Join(' ', ha.Groups.Select(g => $"{g.VirtualRouterId}:{g.Primary}"))} {ha.Interface}");
            writer.WriteStringValue($"{ha.Address} {ha.Peer} {ha.Port} {ha.PeerFailureThreshold} {ha.PeerRecoveryThreshold}");
            writer.WriteStringValue(ha.SecretFile);
            writer.WriteStringValue($"{ha.PeerCheckInterval} {ha.Preempt} {ha.PreemptDelay} {string.Join(' ', ha.Witnesses)}");
            writer.WriteStringValue($"{ha.Vrrp.Priority} {ha.Vrrp.Checksum}");
            writer.WriteStringValue($"{ha.MaximumFlaps} {ha.FlapWindow} {ha.Bypass} {ha.Bandwidth} {string.Join(' ', ha.TrackedUpstreams)}");
            writer.WriteStringValue($"{ha.Links} {string.Join(' ', ha.Links.Pairs.Select(pair => string.Join(',', pair)))}");
            writer.WriteStringValue(ha.OnTransition);
        }

        writer.WriteEndArray();
    }

    /// <summary>
    /// How requests are decided, as far as the bundle does not say it, which has a fingerprint of its own: both nodes must give a client the same
    /// answer. Where files lie is a node's own affair, what is in those of keys is not; address lists may be a moment apart.
    /// </summary>
    public static void WritePolicies(Utf8JsonWriter writer, PoliciesConfig? policies)
    {
        writer.WriteStartArray();
        if (policies is not null)
        {
            writer.WriteNumberValue(policies.Table.MemoryBytes);
            writer.WriteStringValue($"{policies.Compatibility} {policies.InstanceShare} {policies.IsClosedWhenTableFull} {policies.MaximumDelayed}");
            writer.WriteStringValue($"{policies.PublicKeyFile is null} {policies.DebugSecretFile is null} {policies.IpLists is null}");
            foreach ((string path, string print) in policies.KeyPrints) writer.WriteStringValue($"{path} {print}");
            if (policies.Jwt is { } jwt)
            {
                writer.WriteStringValue($"{jwt.JwksFile is null} {jwt.Issuer} {jwt.Audience} {jwt.Leeway} {jwt.RejectsInvalid}");
                foreach (JwtKeyConfig key in jwt.Keys) writer.WriteStringValue($"{key.Algorithm} {key.KeyId}");
            }
        }

        writer.WriteEndArray();
    }
}
