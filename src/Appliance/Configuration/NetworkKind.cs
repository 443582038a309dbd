using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A network such as `198.51.100.0/24` or `2001:db8::/32`; an address alone means just this host.</summary>
internal sealed class NetworkKind : ValueKind<IPNetwork>
{
    /// <inheritdoc/>
    public override IPNetwork Placeholder => new(IPAddress.Any, 32);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out IPNetwork value)
    {
        value = Placeholder;
        string text = scalar.Text;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> host = slash < 0 ? text : text.AsSpan(0, slash);
        if (!AddressText.TryAddress(host, out IPAddress? address)) return $"{Quoted.Form(scalar.Written)} is not a network such as 198.51.100.0/24";
        int longest = AddressText.IsIPv4(address) ? 32 : 128;
        int length = longest;
        bool number = slash < 0 || int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length);
        if (!number || length > longest) return $"{Quoted.Form(scalar.Written)}: the prefix length is not a whole number from 0 to {longest}";
        IPAddress first = FirstOf(address, length);
        if (!first.Equals(address)) return $"{Quoted.Form(scalar.Written)} has bits behind its prefix; the network is {first}/{length}";
        value = new(address, length);
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("[0-9a-fA-F:.]+(?:/[0-9]{1,3})?"));
    }

    private static IPAddress FirstOf(IPAddress address, int length)
    {
        byte[] octets = address.GetAddressBytes();
        for (int i = 0; i < octets.Length; i++)
        {
            int bits = Math.Clamp(length - i * 8, 0, 8);
            octets[i] &= (byte)(0xff << (8 - bits));
        }

        return new IPAddress(octets);
    }
}
