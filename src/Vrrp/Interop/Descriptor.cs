// Invariants: owns one file descriptor; closed exactly once, by SafeHandle. Raw is read only for poll entries, by the owner of the
// descriptor and not after Dispose.
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>A file descriptor of the kernel.</summary>
internal sealed class Descriptor : SafeHandle
{
    private Descriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    public int Raw => (int)handle;

    /// <exception cref="Win32Exception">With errno.</exception>
    public static Descriptor Socket(int domain, int type, int protocol) =>
        Own(LibC.Socket(domain, type | SocketNumbers.CloseOnExec | SocketNumbers.NonBlocking, protocol));

    /// <exception cref="Win32Exception">With errno.</exception>
    public static Descriptor Event() => Own(LibC.EventDescriptor(0, SocketNumbers.CloseOnExec | SocketNumbers.NonBlocking));

    /// <exception cref="Win32Exception">With errno.</exception>
    public void SetOption(int level, int option, int value) =>
        SetOption(level, option, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref value, 1)));

    /// <exception cref="Win32Exception">With errno.</exception>
    public void SetOption(int level, int option, Span<byte> value) =>
        Check(LibC.SetSocketOption(this, level, option, ref MemoryMarshal.GetReference(value), value.Length));

    /// <exception cref="Win32Exception">With errno.</exception>
    public void Bind(Span<byte> address) => Check(LibC.Bind(this, ref MemoryMarshal.GetReference(address), address.Length));

    /// <exception cref="Win32Exception">With errno.</exception>
    public void Connect(Span<byte> address) => Check(LibC.Connect(this, ref MemoryMarshal.GetReference(address), address.Length));

    /// <summary>Bytes received; -1: nothing there, or an error that errno names.</summary>
    public int Receive(Span<byte> to) => (int)LibC.Receive(this, ref MemoryMarshal.GetReference(to), to.Length, 0);

    /// <summary>False: errno says why.</summary>
    public bool Send(ReadOnlySpan<byte> from) => LibC.Send(this, ref MemoryMarshal.GetReference(from), from.Length, SocketNumbers.NoSignal) == from.Length;

    /// <summary>False: errno says why.</summary>
    public bool SendTo(ReadOnlySpan<byte> from, ReadOnlySpan<byte> address) =>
        LibC.SendTo(this, ref MemoryMarshal.GetReference(from), from.Length, SocketNumbers.NoSignal, ref MemoryMarshal.GetReference(address), address.Length) == from.Length;

    /// <summary>Wakes whoever polls this event descriptor.</summary>
    public void Signal()
    {
        ulong one = 1;
        _ = LibC.Write(this, ref MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref one, 1))[0], sizeof(ulong));
    }

    /// <summary>Resets an event descriptor.</summary>
    public void ClearSignal()
    {
        ulong count = 0;
        _ = LibC.Read(this, ref MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref count, 1))[0], sizeof(ulong));
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;

    private static Descriptor Own(int descriptor) => descriptor < 0 ? throw new Win32Exception() : new Descriptor(descriptor);

    private static void Check(int result)
    {
        if (result < 0) throw new Win32Exception();
    }
}
