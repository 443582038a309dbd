using System.Runtime.InteropServices;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Tls;

/// <summary>Whether OpenSSL is there. It is looked for only when something asks for TLS: a plain configuration needs none.</summary>
internal static class TlsLibrary
{
    /// <summary>Returns when the libraries can be loaded.</summary>
    /// <exception cref="TlsException">They cannot.</exception>
    internal static void Require()
    {
        Require(LibSsl.Library);
        Require(LibCrypto.Library);
    }

    /// <summary>Returns when the library can be loaded.</summary>
    /// <exception cref="TlsException">It cannot.</exception>
    internal static void Require(string library)
    {
        // Never unloaded: the handle's one reference more is the point.
        if (NativeLibrary.TryLoad(library, out _)) return;
        throw new TlsException($"TLS is configured, but OpenSSL 3 ({library}, Debian package libssl3) cannot be loaded");
    }
}
