namespace Appliance.Limiter.Rules;

/// <summary>One compiled policy. Immutable; what selects it by host and path is in the route index.</summary>
internal sealed class Policy
{
    public required string Id { get; init; }

    /// <summary>What its selector says of paths, for people.</summary>
    public string Paths { get; init; } = "";

    /// <summary>Shadow: evaluated and counted, never felt.</summary>
    public required bool IsShadow { get; init; }

    /// <summary>`on_table_full: closed`: a key that gets no slot is rejected instead of let through.</summary>
    public required bool IsClosedWhenTableFull { get; init; }

    /// <summary>`on_partition: share`: a node that has lost its peer enforces half of every limit.</summary>
    public bool IsSharedInPartition { get; init; }

    /// <summary>Case-sensitive; null = any.</summary>
    public required byte[][]? Methods { get; init; }

    public required PolicyRule[] Rules { get; init; }

    /// <summary>`fallback_limit`: asked when no rule applies; null: none.</summary>
    public PolicyRule? Fallback { get; init; }

    /// <summary>Null: none, or not enabled.</summary>
    public LoopDetection? Loop { get; init; }

    /// <summary>Null: none, or not enabled.</summary>
    public SpendBreaker? Breaker { get; init; }

    /// <summary>
    /// Every descriptor that this policy looks at, once: limit keys and match keys of all rules and of the fallback; in the order of the
    /// bundle. The loop fingerprint is over these.
    /// </summary>
    public LimitKey[] Descriptors { get; init; } = [];

    public bool SelectsMethod(ReadOnlySpan<byte> method) => RequestSelector.SelectsMethod(Methods, method);
}
