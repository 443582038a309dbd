using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>Ordered overrides in the state directory, so that they outlive a restart in the middle of an incident.</summary>
internal static class OverrideFile
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What was kept; nothing when there is no file.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    /// <exception cref="JsonException">Not what <see cref="Write"/> writes.</exception>
    public static RuntimeOverrides Read(string file)
    {
        if (!File.Exists(file)) return RuntimeOverrides.None;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("not an object");
        return new RuntimeOverrides(
            ReadOne(document.RootElement, OverrideName.GlobalShadow), ReadOne(document.RootElement, OverrideName.KillSwitchOverride));
    }

    /// <summary>Keeps them; removes the file when there is nothing to keep.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public static void Write(string file, RuntimeOverrides overrides)
    {
        if (overrides == RuntimeOverrides.None)
        {
            if (File.Exists(file)) File.Delete(file);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteOne(json, OverrideName.GlobalShadow, overrides.GlobalShadow);
            WriteOne(json, OverrideName.KillSwitchOverride, overrides.KillSwitchOverride);
            json.WriteEndObject();
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, buffer.WrittenSpan, FileMode);
    }

    private static void WriteOne(Utf8JsonWriter json, string name, RuntimeOverride? given)
    {
        if (given is null) return;
        json.WriteStartObject(name);
        json.WriteString("reason"u8, given.Reason);
        json.WriteString("expires_at"u8, given.ExpiresAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static RuntimeOverride? ReadOne(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement one)) return null;
        if (one.ValueKind != JsonValueKind.Object
            || !one.TryGetProperty("reason"u8, out JsonElement reason) || reason.ValueKind != JsonValueKind.String
            || !one.TryGetProperty("expires_at"u8, out JsonElement end) || end.ValueKind != JsonValueKind.String
            || !DateTimeOffset.TryParseExact(end.GetString(), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
            throw new JsonException($"{name} lacks reason or expires_at");
        return new RuntimeOverride(reason.GetString()!, at);
    }
}
