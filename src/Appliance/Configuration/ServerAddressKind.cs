using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Where a server is reached: `198.51.100.21:8080` or `[2001:db8::21]:8080`.</summary>
internal sealed class ServerAddressKind : ValueKind<IPEndPoint>
{
    /// <inheritdoc/>
    public override IPEndPoint Placeholder => new(IPAddress.Any, 0);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out IPEndPoint value)
    {
        value = Placeholder;
        if (!AddressText.TryEndPoint(scalar.Text, out IPEndPoint? endPoint)) return Explain(scalar);
        if (!AddressText.IsHost(endPoint.Address)) return $"{Quoted.Form(scalar.Written)} is not the address of a host";
        value = endPoint;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(@"(?:[0-9.]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}"));
    }

    private static string Explain(YamlScalar scalar)
    {
        int colon = scalar.Text.LastIndexOf(':');
        bool named = colon > 0 && AddressText.TryPort(scalar.Text.AsSpan(colon + 1), out _) && HostPattern.IsName(scalar.Text[..colon])
            && scalar.Text[..colon].Any(char.IsAsciiLetter);
        return named
            ? $"{Quoted.Form(scalar.Written)}: servers by DNS name are not available in this version; write the IP address"
            : $"{Quoted.Form(scalar.Written)} is not an IP address and a port from 1 to 65535, such as 198.51.100.21:8080";
    }
}
