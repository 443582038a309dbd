using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Where a server is reached: `198.51.100.21:8080`, `[2001:db8::21]:8080`, or `app.example.com:8080`.</summary>
internal sealed class ServerAddressKind : ValueKind<EndPoint>
{
    /// <inheritdoc/>
    public override EndPoint Placeholder => new IPEndPoint(IPAddress.Any, 0);

    /// <summary>The address as it is written in the file.</summary>
    public static string Text(EndPoint address) => address is DnsEndPoint name
        ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}")
        : address.ToString() ?? "";

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out EndPoint value)
    {
        value = Placeholder;
        if (AddressText.TryEndPoint(scalar.Text, out IPEndPoint? endPoint))
        {
            if (!AddressText.IsHost(endPoint.Address)) return $"{Quoted.Form(scalar.Written)} is not the address of a host";
            value = endPoint;
            return null;
        }

        int colon = scalar.Text.LastIndexOf(':');
        bool named = colon > 0 && AddressText.TryPort(scalar.Text.AsSpan(colon + 1), out _) && IsDnsName(scalar.Text[..colon]);
        if (!named) return $"{Quoted.Form(scalar.Written)} is not an IP address or DNS name and a port from 1 to 65535, such as 198.51.100.21:8080";
        value = new DnsEndPoint(scalar.Text[..colon].ToLowerInvariant(), int.Parse(scalar.Text.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(@"(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}"));
    }

    /// <summary>A name whose last label is all digits is a mistyped address (RFC 1123 section 2.1).</summary>
    private static bool IsDnsName(string text) =>
        HostPattern.IsName(text) && text[(text.LastIndexOf('.') + 1)..].Any(char.IsAsciiLetter);
}
