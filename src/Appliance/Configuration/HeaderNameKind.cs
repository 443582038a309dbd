using System.Collections.Frozen;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Name of a header field that an operator may set or remove (RFC 9110 section 5.1).</summary>
internal sealed class HeaderNameKind : ValueKind<string>
{
    private const int MaximumLength = 128;

    /// <summary>They frame the message or belong to one connection (RFC 9110 section 7.6.1); a wrong one lets requests be smuggled.</summary>
    private static readonly FrozenSet<string> Refused = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");

    /// <inheritdoc/>
    public override string Placeholder => "";

    /// <summary>True for a token (RFC 9110 section 5.6.2).</summary>
    public static bool IsToken(string text) =>
        text.Length is > 0 and <= MaximumLength && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out string value)
    {
        value = Placeholder;
        if (!IsToken(scalar.Text)) return $"{Quoted.Form(scalar.Written)} is not the name of a header field";
        if (Refused.Contains(scalar.Text)) return $"{Quoted.Form(scalar.Written)} frames the message or belongs to one connection; it cannot be edited";
        if (scalar.Text.Equals("host", StringComparison.OrdinalIgnoreCase)) return $"{Quoted.Form(scalar.Written)} cannot be edited; use the key `host` of the route";
        value = scalar.Text;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}"));
    }
}
