// Invariants
// - Descriptors are plain numbers here; no ownership changes hands. fcntl's third argument is an int for the commands used.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>Properties of descriptors that another process has opened.</summary>
internal static class Descriptors
{
    internal const int SetDescriptorFlags = 2;

    internal const int CloseOnExec = 1;

    /// <summary>Keeps a descriptor from the programs that this process starts.</summary>
    /// <returns>False: it is not open.</returns>
    internal static bool TryCloseOnExec(int descriptor) => Control(descriptor, SetDescriptorFlags, CloseOnExec) == 0;

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command, int argument);
}
