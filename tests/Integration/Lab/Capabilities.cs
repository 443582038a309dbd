using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Integration.Lab;

/// <summary>Capabilities of the calling thread; threads and programs that it starts inherit them.</summary>
internal static class Capabilities
{
    private const uint Version3 = 0x20080522;
    private const int NetworkAdministration = 12;

    /// <summary>Takes CAP_NET_ADMIN out of the effective set.</summary>
    public static void DropNetworkAdministration()
    {
        var header = new Header { Version = Version3 };
        uint[] data = new uint[6];
        if (Get(ref header, data) != 0) throw new Win32Exception();
        data[0] &= ~(1u << NetworkAdministration);
        if (Set(ref header, data) != 0) throw new Win32Exception();
    }

    [DllImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static extern int Get(ref Header header, [In, Out] uint[] data);

    [DllImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static extern int Set(ref Header header, uint[] data);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Version;
        public int ProcessId;
    }
}
