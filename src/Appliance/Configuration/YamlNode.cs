namespace Appliance.Configuration;

/// <summary>A value of the file with its place; lines and columns count from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What an operator would call it.</summary>
    public abstract string Shape { get; }
}
