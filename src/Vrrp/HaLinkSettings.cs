using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>Link monitoring: which interfaces must have carrier, and how quickly that counts.</summary>
public sealed record HaLinkSettings
{
    /// <summary>Polling beside the kernel's events, as a safety net; 10 ms .. 1 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Groups of interface names, at most 16 of at most 4; a pair counts while all of its links are up. Empty: nothing is watched.</summary>
    public ImmutableArray<ImmutableArray<string>> Pairs { get; init; } = [];

    /// <summary>Fewer active pairs make the node unfit; 0 .. number of pairs.</summary>
    public int MinimumActive { get; init; }

    /// <summary>A link must be down this long before it counts as down; 0 .. 1 min.</summary>
    public TimeSpan DebounceDown { get; init; }

    /// <summary>A link must be up this long before it counts as up again; 0 .. 1 min.</summary>
    public TimeSpan DebounceUp { get; init; } = TimeSpan.FromSeconds(1);
}
