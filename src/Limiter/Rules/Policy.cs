namespace Appliance.Limiter.Rules;

/// <summary>One compiled policy. Immutable; what selects it by host and path is in the route index.</summary>
internal sealed class Policy
{
    public required string Id { get; init; }

    /// <summary>Shadow: evaluated and counted, never felt.</summary>
    public required bool IsShadow { get; init; }

    /// <summary>`on_table_full: closed`: a key that gets no slot is rejected instead of let through.</summary>
    public required bool IsClosedWhenTableFull { get; init; }

    /// <summary>Case-sensitive; null = any.</summary>
    public required byte[][]? Methods { get; init; }

    public required PolicyRule[] Rules { get; init; }

    public bool SelectsMethod(ReadOnlySpan<byte> method)
    {
        if (Methods is null) return true;
        foreach (byte[] wanted in Methods)
        {
            if (method.SequenceEqual(wanted)) return true;
        }

        return false;
    }
}
