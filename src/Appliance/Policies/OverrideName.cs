namespace Appliance.Policies;

/// <summary>The two run-time overrides (part B section 1.8) and how operators and bundles write them.</summary>
internal static class OverrideName
{
    public const string GlobalShadow = "global_shadow";
    public const string KillSwitchOverride = "kill_switch_override";

    /// <summary>Every spelling that an order takes.</summary>
    public static string[] Spellings { get; } = ["shadow", GlobalShadow, "kill-switch", KillSwitchOverride];

    /// <summary>The name as bundles write it; null for anything else.</summary>
    public static string? Of(string spelling) => spelling switch
    {
        "shadow" or GlobalShadow => GlobalShadow,
        "kill-switch" or KillSwitchOverride => KillSwitchOverride,
        _ => null,
    };
}
