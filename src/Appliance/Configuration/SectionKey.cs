using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key whose value is a section.</summary>
internal sealed class SectionKey(string name, Section section, string summary) : Key(name, summary)
{
    /// <inheritdoc/>
    public override Section Inner { get; } = section;

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => Inner.WriteSchema(writer);
}
