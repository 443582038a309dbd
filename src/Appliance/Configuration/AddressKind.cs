using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>An IPv4 address of a host: not unspecified, not a group.</summary>
internal sealed class AddressKind : ValueKind<IPAddress>
{
    /// <inheritdoc/>
    public override IPAddress Placeholder => IPAddress.Any;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out IPAddress value)
    {
        value = Placeholder;
        if (!AddressText.TryAddress(scalar.Text, out IPAddress? address)) return $"{Quoted.Form(scalar.Written)} is not an IP address";
        if (!AddressText.IsIPv4(address)) return $"{Quoted.Form(scalar.Written)}: IPv6 is not available here in this version";
        if (!AddressText.IsHost(address)) return $"{Quoted.Form(scalar.Written)} is not the address of a host";
        value = address;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(AddressText.IPv4Pattern));
    }
}
