namespace Appliance.Limiter;

/// <summary>What an operator has ordered while the engine runs, beside what the bundle says: either suffices. Immutable.</summary>
/// <param name="GlobalShadow">While active every policy is in shadow mode; null: not ordered.</param>
/// <param name="KillSwitchOverride">While active no kill switch is asked; null: not ordered.</param>
public sealed record RuntimeOverrides(RuntimeOverride? GlobalShadow, RuntimeOverride? KillSwitchOverride)
{
    /// <summary>Nothing is ordered.</summary>
    public static RuntimeOverrides None { get; } = new(null, null);
}
