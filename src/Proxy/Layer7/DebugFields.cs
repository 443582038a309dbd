using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>The header fields that carry a debug session: between its owner and us, so they never go upstream (policies.md A9). So does the cookie.</summary>
internal static class DebugFields
{
    /// <summary>True for the field's name.</summary>
    internal static bool Is(ReadOnlySpan<byte> name) =>
        name.Length == "x-appliance-debug".Length && (Ascii.EqualsIgnoreCase(name, "x-appliance-debug"u8) || Ascii.EqualsIgnoreCase(name, "x-fairvisor-debug"u8));
}
