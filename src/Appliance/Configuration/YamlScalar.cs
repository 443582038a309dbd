namespace Appliance.Configuration;

/// <summary>A single value.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Column">Counts from 1.</param>
/// <param name="Text">After substitution from the environment.</param>
/// <param name="Written">As it stands in the file; messages quote this, since an environment variable may hold a secret.</param>
/// <param name="Plain">Written without quotes.</param>
internal sealed record YamlScalar(int Line, int Column, string Text, string Written, bool Plain) : YamlNode(Line, Column)
{
    /// <summary>True when an error about this value is already noted; nobody should add another.</summary>
    public bool Faulty { get; init; }

    /// <summary>True when part of it came from the environment.</summary>
    public bool Substituted => !ReferenceEquals(Text, Written);

    /// <summary>True when nothing, `~` or `null` is written.</summary>
    public bool IsNull => Plain && Written is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Shape => IsNull ? "nothing" : "a single value";
}
