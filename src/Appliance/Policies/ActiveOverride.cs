namespace Appliance.Policies;

/// <summary>An override that holds at this moment, for status.</summary>
/// <param name="Name">`global_shadow` or `kill_switch_override`.</param>
/// <param name="Source">Who asked for it: `order` or `bundle`.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
internal sealed record ActiveOverride(string Name, string Source, string Reason, DateTimeOffset ExpiresAt);
