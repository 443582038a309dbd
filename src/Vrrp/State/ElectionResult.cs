namespace Appliance.Vrrp.State;

/// <summary>State after a step and what to do.</summary>
internal readonly record struct ElectionResult(ElectionState State, ElectionActions Actions);
