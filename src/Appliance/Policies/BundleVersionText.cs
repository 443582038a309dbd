using System.Text;
using System.Text.Json;

namespace Appliance.Policies;

/// <summary>Finds the version of a bundle without compiling it: for lists of bundles, which may be large.</summary>
internal static class BundleVersionText
{
    /// <summary>As the file writes it; empty when there is none or the file is not JSON.</summary>
    public static string Of(ReadOnlySpan<byte> bundle)
    {
        var reader = new Utf8JsonReader(bundle);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool found = reader.ValueTextEquals("bundle_version"u8);
                reader.Read();
                if (found) return reader.TokenType == JsonTokenType.Number ? Encoding.ASCII.GetString(reader.ValueSpan) : "";
                reader.Skip();
            }

            return "";
        }
        catch (JsonException)
        {
            return ""; // a torn copy is listed all the same
        }
    }
}
