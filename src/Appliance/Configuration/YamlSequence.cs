using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>A list.</summary>
internal sealed record YamlSequence(int Line, int Column, ImmutableArray<YamlNode> Items) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => "a list";
}
