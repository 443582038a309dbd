namespace Appliance.Policies;

/// <summary>What is enforced and what was refused. Immutable.</summary>
internal sealed record PolicyFileStatus
{
    /// <summary>When the bundle in force was applied; null: none is.</summary>
    public DateTimeOffset? LoadedAt { get; init; }

    /// <summary>The bundle in force is a kept copy, since the file was not usable at the start.</summary>
    public bool FromArchive { get; init; }

    /// <summary>When an operator rolled back to the bundle in force; null: nobody did.</summary>
    public DateTimeOffset? RolledBackAt { get; init; }

    /// <summary>Why the file as it is now is not in force; null: it is.</summary>
    public string? Error { get; init; }

    /// <summary>Bundles put in force since the start.</summary>
    public long Applied { get; init; }

    /// <summary>Files refused since the start.</summary>
    public long Refused { get; init; }
}
