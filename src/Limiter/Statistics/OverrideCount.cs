namespace Appliance.Limiter;

/// <summary>Decisions that were taken under an override.</summary>
/// <param name="GlobalShadow">While every policy was in shadow mode.</param>
/// <param name="KillSwitchOverride">While kill switches were there and not asked.</param>
public sealed record OverrideCount(long GlobalShadow, long KillSwitchOverride);
