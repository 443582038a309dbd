using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>`192.0.2.100/24` or `2001:db8::100/64`: an address of the pair and its network's prefix length.</summary>
internal sealed class VirtualAddressKind : ValueKind<VirtualAddressConfig>
{
    /// <inheritdoc/>
    public override VirtualAddressConfig Placeholder => new(IPAddress.Any, 32);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out VirtualAddressConfig value)
    {
        value = Placeholder;
        string text = scalar.Text;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> host = slash < 0 ? text : text.AsSpan(0, slash);
        if (!AddressText.TryAddress(host, out IPAddress? address)) return $"{Quoted.Form(scalar.Written)} is not an address such as 192.0.2.100/24";
        bool ofHost = AddressText.IsHost(address) && !IPAddress.IsLoopback(address) && !address.IsIPv4MappedToIPv6;
        if (!ofHost) return $"{Quoted.Form(scalar.Written)} is not the address of a host";
        if (slash < 0) return $"{Quoted.Form(scalar.Written)} lacks the length of its network's prefix, such as /24";
        int longest = AddressText.IsIPv4(address) ? 32 : 128;
        bool number = int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length);
        if (!number || length < 1 || length > longest) return $"{Quoted.Form(scalar.Written)}: the prefix length is not a whole number from 1 to {longest}";
        value = new(address, length);
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(AddressText.Pattern + "/[0-9]{1,3}"));
    }
}
