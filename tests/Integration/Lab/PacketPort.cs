using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Integration.Lab;

/// <summary>
/// Raw Ethernet frames on one port of the laboratory's switch, where an attacker on that network would be: it can hear what a node sends and
/// send a node anything, from any address. Made in the switch's namespace, used from any thread.
/// </summary>
internal sealed class PacketPort : IDisposable
{
    private const int Packet = 17;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const int CloneNewNetwork = 0x40000000;
    private const int DoNotWait = 0x40;
    private const ushort AllProtocols = 0x0300; // ETH_P_ALL in network byte order

    private readonly int _socket;

    private PacketPort(int socket) => _socket = socket;

    /// <summary>The port that leads to a node's interface (network: lan, ha or up).</summary>
    /// <param name="lab">The laboratory.</param>
    /// <param name="node">a or b.</param>
    /// <param name="network">lan, ha or up.</param>
    /// <param name="listen">Frames can be captured; else only sent, which costs the sender less.</param>
    public static PacketPort Open(Laboratory lab, string node, string network, bool listen)
    {
        PacketPort? port = null;
        ExceptionDispatchInfo? failure = null;
        // A thread of its own: entering a namespace is for good.
        var thread = new Thread(() =>
        {
            try
            {
                using var ns = File.OpenHandle($"/run/netns/{lab.Name}-sw");
                Check(SetNamespace(ns.DangerousGetHandle().ToInt32(), CloneNewNetwork));
                port = new PacketPort(Check(Socket(Packet, Raw | CloseOnExec, 0)));
                uint index = InterfaceIndex($"{node}-{network}");
                if (index == 0) throw new Win32Exception();
                var address = new LinkAddress { Family = Packet, Protocol = listen ? AllProtocols : (ushort)0, Interface = (int)index };
                Check(Bind(port._socket, ref address, Marshal.SizeOf<LinkAddress>()));
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return port!; // set by the thread, or it failed
    }

    /// <summary>The next frame that fits.</summary>
    public byte[] Capture(string what, Func<byte[], bool> wanted)
    {
        byte[] buffer = new byte[2048];
        byte[] found = [];
        Until.True($"{what} passes", () =>
        {
            int length;
            while ((length = (int)Receive(_socket, buffer, buffer.Length, DoNotWait)) > 0)
            {
                found = buffer[..length];
                if (wanted(found)) return true;
            }

            return false;
        });
        return found;
    }

    /// <summary>Sends these frames in turn.</summary>
    /// <returns>How many went out each second; fewer than wanted on a slow machine.</returns>
    public double Flood(IReadOnlyList<byte[]> frames, int perSecond, double seconds)
    {
        long begun = Stopwatch.GetTimestamp();
        long sent = 0;
        double passed;
        while ((passed = Stopwatch.GetElapsedTime(begun).TotalSeconds) < seconds)
        {
            for (long due = (long)(passed * perSecond); sent < due && Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; sent++)
            {
                byte[] frame = frames[(int)(sent % frames.Count)];
                if (Send(_socket, frame, frame.Length, 0) < 0) throw new Win32Exception();
            }

            Thread.Sleep(1); // The pace of the flood: what is due since then goes out in one go.
        }

        return sent / passed;
    }

    public void Dispose() => _ = Close(_socket);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(int descriptor, int kind);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int Socket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static extern int Bind(int socket, ref LinkAddress address, int size);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    private static extern nint Send(int socket, byte[] frame, nint length, int flags);

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static extern nint Receive(int socket, [Out] byte[] frame, nint length, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern uint InterfaceIndex(string name);

    /// <summary>sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int Interface;
        public ushort Hardware;
        public byte Kind;
        public byte HardwareLength;
        public ulong HardwareAddress;
    }
}
