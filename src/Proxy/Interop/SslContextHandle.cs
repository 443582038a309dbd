using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>One reference to an SSL_CTX. Each SSL made from it holds another, so connections outlive the configuration they began with.</summary>
internal sealed class SslContextHandle : SafeHandle
{
    /// <summary>Takes over the reference.</summary>
    internal SslContextHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer, valid while this object is reachable.</summary>
    internal nint Pointer => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.ContextFree(handle);
        return true;
    }
}
