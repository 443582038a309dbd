using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>An address of a host, IPv4 or IPv6: not unspecified, not a group.</summary>
internal sealed class AddressKind : ValueKind<IPAddress>
{
    /// <inheritdoc/>
    public override IPAddress Placeholder => IPAddress.Any;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out IPAddress value)
    {
        value = Placeholder;
        if (!AddressText.TryAddress(scalar.Text, out IPAddress? address)) return $"{Quoted.Form(scalar.Written)} is not an IP address";
        if (!AddressText.IsHost(address) || address.IsIPv4MappedToIPv6) return $"{Quoted.Form(scalar.Written)} is not the address of a host";
        value = address;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(AddressText.Pattern));
    }
}
