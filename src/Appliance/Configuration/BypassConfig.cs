using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>The `ha.bypass` section. Immutable.</summary>
/// <param name="Action">What becomes of the virtual addresses.</param>
/// <param name="Hold">After this long the node leaves bypass by itself; zero: it waits for `appliance ha reset`.</param>
/// <param name="Command">Run as `COMMAND on` and `COMMAND off`; given exactly with the action command. An absolute path.</param>
internal sealed record BypassConfig(HaBypassAction Action, TimeSpan Hold, string? Command);
