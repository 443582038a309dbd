// Invariants
// - Laid out as OSSL_PARAM; what it points at outlives the call it is passed to. An array of them ends with a default one.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>One named parameter for an algorithm of OpenSSL (OSSL_PARAM).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OpenSslParameter
{
    internal byte* Name;
    internal uint Type;
    internal void* Bytes;
    internal nuint Length;
    internal nuint ReturnedLength;
}
