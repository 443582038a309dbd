using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>What is wrong with bundles, for programs.</summary>
internal static class BundleJson
{
    /// <summary>One document for all files.</summary>
    public static string Of(IReadOnlyList<(string File, BundleRead Read)> bundles)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, bundles.All(bundle => bundle.Read.Snapshot is not null));
            json.WriteStartArray("bundles"u8);
            foreach ((string file, BundleRead read) in bundles) Write(json, file, read);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string file, BundleRead read)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, file);
        json.WriteBoolean("ok"u8, read.Snapshot is not null);
        if (read.Snapshot is { } snapshot)
        {
            json.WriteNumber("version"u8, snapshot.Version);
            json.WriteString("hash"u8, snapshot.Sha256);
            json.WriteNumber("policies"u8, snapshot.PolicyCount);
            json.WriteNumber("rules"u8, snapshot.RuleCount);
        }

        Write(json, "errors", read.FoundErrors, read.Errors);
        Write(json, "lints", read.FoundLints, read.Lints);
        json.WriteEndObject();
    }

    /// <summary>With their places; where a file could not be read or its signature is not good, there is only a line of text.</summary>
    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<BundleError> found, ImmutableArray<string> lines)
    {
        json.WriteStartArray(name);
        foreach (BundleError finding in found)
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, finding.Line);
            json.WriteNumber("column"u8, finding.Column);
            json.WriteString("pointer"u8, finding.Pointer);
            json.WriteString("message"u8, finding.Message);
            json.WriteEndObject();
        }

        foreach (string line in found.IsEmpty ? lines : [])
        {
            json.WriteStartObject();
            json.WriteString("message"u8, line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
