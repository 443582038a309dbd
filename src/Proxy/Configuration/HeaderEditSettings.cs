using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>Edits of a message's fields: removals first, then sets. Framing and hop-by-hop fields cannot be named. Immutable.</summary>
public sealed record HeaderEditSettings
{
    /// <summary>Fields to set, replacing all of that name; names are tokens, values free of CR, LF and NUL.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Set { get; init; } = [];

    /// <summary>Names of fields to remove.</summary>
    public ImmutableArray<string> Remove { get; init; } = [];

    /// <summary>True when there is nothing to do.</summary>
    public bool IsEmpty => Set.IsEmpty && Remove.IsEmpty;
}
