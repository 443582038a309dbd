using System.Text.Json;
using Appliance.Policies;

namespace Appliance.Admin;

/// <summary>The archive of bundles as JSON, for `appliance policy history` and the status document.</summary>
internal static class KeptBundles
{
    /// <summary>Writes an array, the newest first.</summary>
    /// <param name="json">At the place of a value.</param>
    /// <param name="kept">What there is.</param>
    /// <param name="inForce">SHA-256 of the bundle in force; null: none.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<KeptBundle> kept, string? inForce)
    {
        json.WriteStartArray();
        foreach (KeptBundle bundle in kept)
        {
            json.WriteStartObject();
            json.WritePropertyName("version"u8);
            if (bundle.Version.Length > 0) json.WriteRawValue(bundle.Version);
            else json.WriteNullValue();
            json.WriteString("hash"u8, bundle.Sha256);
            json.WriteString("kept_at"u8, StatusDocument.Time(bundle.KeptAt));
            json.WriteString("state"u8, bundle.IsSetAside ? "rolled_back" : bundle.Sha256 == inForce ? "in_force" : "good");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
