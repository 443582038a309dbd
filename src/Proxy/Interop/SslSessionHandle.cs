using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>One reference to an SSL_SESSION: what a client needs to resume.</summary>
internal sealed class SslSessionHandle : SafeHandle
{
    /// <summary>Takes over the reference.</summary>
    internal SslSessionHandle(nint session)
        : base(0, ownsHandle: true) => SetHandle(session);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer, valid while this object is reachable.</summary>
    internal nint Pointer => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SessionFree(handle);
        return true;
    }
}
