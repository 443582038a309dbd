using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Where something listens: `192.0.2.100:80`, `[2001:db8::1]:80`, `0.0.0.0:80`, `[::]:80`, or `*:80` for every IPv4 address.</summary>
internal sealed class ListenAddressKind : ValueKind<IPEndPoint>
{
    /// <inheritdoc/>
    public override IPEndPoint Placeholder => new(IPAddress.Any, 0);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out IPEndPoint value)
    {
        value = Placeholder;
        string text = scalar.Text.StartsWith("*:", StringComparison.Ordinal) ? "0.0.0.0" + scalar.Text[1..] : scalar.Text;
        if (!AddressText.TryEndPoint(text, out IPEndPoint? endPoint))
        {
            return $"{Quoted.Form(scalar.Written)} is not an IP address and a port from 1 to 65535, such as 192.0.2.100:443 or \"[::]:443\"";
        }

        if (!AddressText.IsAny(endPoint.Address) && !AddressText.IsHost(endPoint.Address))
        {
            return $"{Quoted.Form(scalar.Written)} is not the address of a host";
        }

        value = endPoint;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(@"(?:\*|[0-9.]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}"));
    }
}
