// Invariants
// - A BIO's data is a GCHandle of its TlsSession, set before the BIO is used and freed by the session after SSL_free. Callbacks run on the
//   session's loop, inside one of its calls into OpenSSL.
// - No exception leaves a callback: native frames cannot be unwound. It is kept by the session, which fails.
// - The method table lives for the process.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Transport;

/// <summary>The I/O object of OpenSSL through which a TLS session reads and writes its connection's socket, without a copy between.</summary>
internal static unsafe class TlsBio
{
    private const int Retry = OpenSslNumbers.BioFlagRead | OpenSslNumbers.BioFlagRetry;

    private static readonly nint Method = MakeMethod();

    /// <summary>A BIO for the session; 0: no memory.</summary>
    internal static nint New(GCHandle session)
    {
        nint bio = LibCrypto.BioNew(Method);
        if (bio == 0) return 0;
        LibCrypto.BioSetData(bio, GCHandle.ToIntPtr(session));
        LibCrypto.BioSetInit(bio, 1);
        return bio;
    }

    /// <summary>The session that an SSL belongs to, for callbacks of OpenSSL.</summary>
    internal static TlsSession SessionOf(nint ssl) => SessionOfBio(LibSsl.GetReadBio(ssl));

    private static TlsSession SessionOfBio(nint bio) => (TlsSession)GCHandle.FromIntPtr(LibCrypto.BioGetData(bio)).Target!;

    private static nint MakeMethod()
    {
        // SAFETY: the name is copied. The table is never freed.
        fixed (byte* name = "connection\0"u8)
        {
            nint method = LibCrypto.BioMethodNew(OpenSslNumbers.BioTypeSourceSink, name);
            if (method == 0) throw new InvalidOperationException("BIO_meth_new: no memory");
            _ = LibCrypto.BioMethodSetRead(method, (delegate* unmanaged[Cdecl]<nint, byte*, int, int>)&Read);
            _ = LibCrypto.BioMethodSetWrite(method, (delegate* unmanaged[Cdecl]<nint, byte*, int, int>)&Write);
            _ = LibCrypto.BioMethodSetControl(method, (delegate* unmanaged[Cdecl]<nint, int, nint, void*, nint>)&Control);
            return method;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint bio, byte* buffer, int length)
    {
        TlsSession session = SessionOfBio(bio);
        int received;
        try
        {
            received = session.Receive(buffer, length);
        }
        catch (Exception error)
        {
            session.Break(error.Message);
            received = -1;
        }

        if (received > 0) LibCrypto.BioClearFlags(bio, Retry);
        else LibCrypto.BioSetFlags(bio, Retry);
        return received;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint bio, byte* buffer, int length)
    {
        TlsSession session = SessionOfBio(bio);
        try
        {
            return session.Transmit(buffer, length);
        }
        catch (Exception error)
        {
            session.Break(error.Message);
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Control(nint bio, int command, nint number, void* pointer) => command == OpenSslNumbers.BioFlush ? 1 : 0;
}
