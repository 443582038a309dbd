// Invariants
// - Called by OpenSSL inside a handshake or a read of the session, on its loop. Pointers it hands in are valid for the call only.
// - No exception leaves: native frames cannot be unwound. The session is broken instead.
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Tls;

namespace Appliance.Proxy.Transport;

/// <summary>What OpenSSL asks of us during a handshake: a certificate, a protocol, a staple, a ticket's key; and what it gives: a session.</summary>
internal static unsafe class TlsCallbacks
{
    private const int AddressNameBytes = 16;

    /// <summary>Makes a server's context ask for certificate by name, protocol, staple and ticket keys.</summary>
    internal static void ServeWith(SslContextHandle context, bool http)
    {
        nint pointer = context.Pointer;
        LibSsl.ContextSetCallback(
            pointer, OpenSslNumbers.ControlServerNameCallback, (delegate* unmanaged[Cdecl]<nint, int*, void*, int>)&ChooseCertificate);
        LibSsl.ContextSetCallback(pointer, OpenSslNumbers.ControlStatusCallback, (delegate* unmanaged[Cdecl]<nint, void*, int>)&Staple);
        if (http) LibSsl.ContextSetAlpnCallback(pointer, (delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, void*, int>)&ChooseProtocol, null);
    }

    /// <summary>Makes a server's context give out one ticket per TLS 1.3 handshake, with the keys of the pair; or none at all.</summary>
    internal static void UseTickets(SslContextHandle context, bool tickets, long lifetimeSeconds)
    {
        nint pointer = context.Pointer;
        _ = LibSsl.ContextSetTicketCount(pointer, tickets ? 1u : 0u);
        _ = LibSsl.ContextSetSessionLifetime(pointer, lifetimeSeconds);
        if (!tickets) LibSsl.ContextSetOptions(pointer, OpenSslNumbers.OptionNoTicket);
        else _ = LibSsl.ContextSetTicketCallback(pointer, (delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int>)&UseTicketKey);
    }

    /// <summary>Makes a client's context hand over the sessions that it could resume.</summary>
    internal static void KeepSessions(SslContextHandle context)
    {
        const int Mode = OpenSslNumbers.SessionCacheClient | OpenSslNumbers.SessionCacheNoInternal;
        LibSsl.ContextControl(context.Pointer, OpenSslNumbers.ControlSessionCacheMode, Mode, null);
        LibSsl.ContextSetNewSessionCallback(context.Pointer, (delegate* unmanaged[Cdecl]<nint, nint, int>)&KeepSession);
    }

    /// <summary>Tells a client's SSL whom it talks to: the name it sends, the name it verifies, the session it offers.</summary>
    internal static bool Aim(nint ssl, TlsTarget target)
    {
        bool aimed = target.Address is { } address ? VerifyAddress(ssl, address) : NameHost(ssl, target.HostBytes);
        if (aimed && target.Session is { } session) OfferSession(ssl, session);
        return aimed;
    }

    private static void OfferSession(nint ssl, byte[] der)
    {
        nint session;
        // SAFETY: held for the call; d2i moves only its own copy of the pointer.
        fixed (byte* bytes = der)
        {
            byte* at = bytes;
            session = LibSsl.SessionFromDer(null, &at, der.Length);
        }

        if (session == 0) return;
        _ = LibSsl.SetSession(ssl, session);
        LibSsl.SessionFree(session);
    }

    private static bool NameHost(nint ssl, byte[] terminated)
    {
        // SAFETY: zero-terminated; copied by both.
        fixed (byte* name = terminated)
        {
            return LibSsl.Control(ssl, OpenSslNumbers.ControlHostName, OpenSslNumbers.NameTypeHost, name) == 1
                && LibSsl.SetVerifiedHost(ssl, name) == 1;
        }
    }

    private static bool VerifyAddress(nint ssl, IPAddress address)
    {
        byte* bytes = stackalloc byte[AddressNameBytes];
        _ = address.TryWriteBytes(new Span<byte>(bytes, AddressNameBytes), out int length);
        // SAFETY: 4 or 16 bytes of this frame; copied.
        return LibCrypto.SetVerifiedAddress(LibSsl.GetVerifyParameters(ssl), bytes, (nuint)length) == 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ChooseCertificate(nint ssl, int* alert, void* argument)
    {
        TlsSession session = TlsBio.SessionOf(ssl);
        try
        {
            byte* name = LibSsl.GetServerName(ssl, OpenSslNumbers.NameTypeHost);
            // SAFETY: a zero-terminated string of the library, or none.
            ReadOnlySpan<byte> asked = name is null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
            TlsServerContext server = session.Server!;
            if (server.Choose(asked) is { } context)
            {
                _ = LibSsl.SetContext(ssl, context.Pointer);
                return OpenSslNumbers.ExtensionOk;
            }

            if (!server.StrictNames) return OpenSslNumbers.ExtensionIgnored;
            session.Explain("no certificate has the name that was asked for");
        }
        catch (Exception error)
        {
            session.Break(error.Message);
        }

        *alert = OpenSslNumbers.AlertUnrecognizedName;
        return OpenSslNumbers.ExtensionFatal;
    }

    /// <summary>Finds http/1.1 in the client's list of length-prefixed names; a list without it is refused (RFC 7301 section 3.2).</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ChooseProtocol(nint ssl, byte** chosen, byte* chosenLength, byte* offered, uint offeredLength, void* argument)
    {
        ReadOnlySpan<byte> ours = "http/1.1"u8;
        uint at = 0;
        while (at < offeredLength)
        {
            uint length = offered[at++];
            if (length > offeredLength - at) break;
            // SAFETY: [at, at + length) lies within the list, as just checked; the answer may point into it.
            if (new ReadOnlySpan<byte>(offered + at, (int)length).SequenceEqual(ours))
            {
                *chosen = offered + at;
                *chosenLength = (byte)length;
                return OpenSslNumbers.ExtensionOk;
            }

            at += length;
        }

        return OpenSslNumbers.ExtensionFatal;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Staple(nint ssl, void* argument)
    {
        TlsSession session = TlsBio.SessionOf(ssl);
        byte[]? response = session.Server?.StapleFor(LibSsl.GetCertificate(ssl));
        if (response is null) return OpenSslNumbers.ExtensionIgnored;
        byte* copy = LibCrypto.Allocate((nuint)response.Length, null, 0);
        if (copy is null) return OpenSslNumbers.ExtensionIgnored;
        // SAFETY: just allocated with that length; OpenSSL frees it.
        response.CopyTo(new Span<byte>(copy, response.Length));
        LibSsl.Control(ssl, OpenSslNumbers.ControlStatusResponse, response.Length, copy);
        return OpenSslNumbers.ExtensionOk;
    }

    /// <summary>SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 use, 2 use and renew, 0 unknown key, -1 error.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int UseTicketKey(nint ssl, byte* name, byte* iv, nint cipher, nint mac, int encrypt)
    {
        TlsSession session = TlsBio.SessionOf(ssl);
        try
        {
            TicketKeys keys = session.Server!.Tickets;
            // SAFETY: 16 bytes each, by the contract of the callback.
            var keyName = new Span<byte>(name, TicketKey.NameLength);
            if (encrypt == 0)
            {
                return keys.Find(keyName, out bool renew) is not { } known ? 0 : !Use(known, iv, cipher, mac, encrypt: false) ? -1 : renew ? 2 : 1;
            }

            TicketKey current = keys.Current;
            current.Name.CopyTo(keyName);
            RandomNumberGenerator.Fill(new Span<byte>(iv, TicketKey.VectorLength));
            return Use(current, iv, cipher, mac, encrypt: true) ? 1 : -1;
        }
        catch (Exception error)
        {
            session.Break(error.Message);
            return -1;
        }
    }

    private static bool Use(TicketKey key, byte* iv, nint cipher, nint mac, bool encrypt)
    {
        // SAFETY: every pointer is held for the calls, which copy what they point at.
        fixed (byte* cipherKey = key.CipherKey, macKey = key.MacKey, keyName = "key\0"u8, digestName = "digest\0"u8, sha256 = "SHA256\0"u8)
        {
            OpenSslParameter* parameters = stackalloc OpenSslParameter[3];
            parameters[0] = new() { Name = keyName, Type = OpenSslNumbers.ParameterOctets, Bytes = macKey, Length = (nuint)key.MacKey.Length };
            parameters[1] = new() { Name = digestName, Type = OpenSslNumbers.ParameterText, Bytes = sha256, Length = 6 };
            parameters[2] = default;
            if (LibCrypto.MacSetParameters(mac, parameters) != 1) return false;
            return (encrypt
                ? LibCrypto.EncryptInit(cipher, LibCrypto.Aes256Cbc(), 0, cipherKey, iv)
                : LibCrypto.DecryptInit(cipher, LibCrypto.Aes256Cbc(), 0, cipherKey, iv)) == 1;
        }
    }

    /// <summary>The answer 0 means that no reference is kept.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int KeepSession(nint ssl, nint session)
    {
        TlsSession owner = TlsBio.SessionOf(ssl);
        if (owner.Target is not { } target) return 0;
        try
        {
            byte[] der = new byte[LibSsl.SessionToDer(session, null)];
            // SAFETY: as long as the first call said; the second moves only its own copy of the pointer.
            fixed (byte* bytes = der)
            {
                byte* at = bytes;
                _ = LibSsl.SessionToDer(session, &at);
            }

            target.Session = der;
        }
        catch (Exception error)
        {
            owner.Break(error.Message);
        }

        return 0;
    }
}
