// Invariants
// - Called while a configuration is loaded, on one thread, before the context is used. Certificates and keys are counted by reference: what is
//   made here is released here, and the context keeps its own references.
// - Bytes handed in stay where they are for the call (`fixed`); OpenSSL copies them.
using System.Text;
using Appliance.Proxy.Tls;

namespace Appliance.Proxy.Interop;

/// <summary>Filling in an SSL_CTX. Each step says whether OpenSSL took it; <see cref="OpenSslErrors"/> says why not.</summary>
internal static unsafe class SslContexts
{
    /// <summary>Key exchanges offered: the two that everybody has, and one for those who must.</summary>
    private const string Groups = "X25519:P-256:P-384";

    /// <summary>A context with the choices that are the same for everybody.</summary>
    /// <exception cref="TlsException">OpenSSL has no memory.</exception>
    internal static SslContextHandle New(bool server, int minimumVersion)
    {
        LibCrypto.ClearErrors();
        nint context = LibSsl.ContextNew(server ? LibSsl.ServerMethod() : LibSsl.ClientMethod());
        if (context == 0) throw new TlsException("SSL_CTX_new: " + OpenSslErrors.TakeText());
        LibSsl.ContextSetOptions(
            context, OpenSslNumbers.OptionNoCompression | OpenSslNumbers.OptionNoRenegotiation | OpenSslNumbers.OptionServerPreference);
        const int Modes = OpenSslNumbers.ModeReleaseBuffers | OpenSslNumbers.ModeMovingWriteBuffer | OpenSslNumbers.ModeAutoRetry;
        LibSsl.ContextControl(context, OpenSslNumbers.ControlMode, Modes, null);
        // A record's header and body in one receive.
        LibSsl.ContextControl(context, OpenSslNumbers.ControlReadAhead, 1, null);
        LibSsl.ContextControl(context, OpenSslNumbers.ControlMinimumVersion, minimumVersion, null);
        LibSsl.ContextControl(context, OpenSslNumbers.ControlSessionCacheMode, OpenSslNumbers.SessionCacheOff, null);
        fixed (byte* groups = Terminated(Groups)) LibSsl.ContextControl(context, OpenSslNumbers.ControlGroups, 0, groups);
        return new SslContextHandle(context);
    }

    /// <summary>The cipher list for TLS 1.2.</summary>
    internal static bool SetCiphers(SslContextHandle context, string list)
    {
        // SAFETY: zero-terminated, held for the call.
        fixed (byte* text = Terminated(list)) return LibSsl.ContextSetCipherList(context.Pointer, text) == 1;
    }

    /// <summary>A certificate (the first) with its chain and private key, as DER. Several of different kinds of key may follow each other.</summary>
    internal static bool UseCertificate(SslContextHandle context, IReadOnlyList<byte[]> chain, ReadOnlySpan<byte> key)
    {
        LibCrypto.ClearErrors();
        nint leaf = Certificate(chain[0]);
        bool good = leaf != 0 && LibSsl.ContextUseCertificate(context.Pointer, leaf) == 1;
        LibCrypto.CertificateFree(leaf);
        for (int i = 1; good && i < chain.Count; i++)
        {
            nint issuer = Certificate(chain[i]);
            good = issuer != 0 && LibSsl.ContextControl(context.Pointer, OpenSslNumbers.ControlChainCertificate, 1, (void*)issuer) == 1;
            LibCrypto.CertificateFree(issuer);
        }

        if (!good) return false;
        nint secret;
        // SAFETY: the key's bytes are held for the call; d2i moves only its own copy of the pointer.
        fixed (byte* bytes = key)
        {
            byte* at = bytes;
            secret = LibCrypto.KeyFromDer(null, &at, key.Length);
        }

        good = secret != 0 && LibSsl.ContextUsePrivateKey(context.Pointer, secret) == 1;
        LibCrypto.KeyFree(secret);
        return good;
    }

    /// <summary>Whose signatures are accepted.</summary>
    /// <param name="context">Of a server or a client.</param>
    /// <param name="authorities">Certificates as DER.</param>
    /// <param name="announce">A server: name them to the client, so that it finds the right certificate.</param>
    internal static bool AddAuthorities(SslContextHandle context, IEnumerable<byte[]> authorities, bool announce)
    {
        LibCrypto.ClearErrors();
        foreach (byte[] bytes in authorities)
        {
            nint certificate = Certificate(bytes);
            bool good = certificate != 0 && LibCrypto.StoreAdd(LibSsl.ContextGetStore(context.Pointer), certificate) == 1
                && (!announce || LibSsl.ContextAddClientAuthority(context.Pointer, certificate) == 1);
            LibCrypto.CertificateFree(certificate);
            if (!good) return false;
        }

        return true;
    }

    /// <summary>The authorities that the system trusts.</summary>
    internal static bool UseSystemAuthorities(SslContextHandle context) => LibSsl.ContextSetSystemAuthorities(context.Pointer) == 1;

    /// <summary>Whether the peer's certificate is asked for, and whether it may be missing.</summary>
    internal static void SetVerify(SslContextHandle context, bool ask, bool require) => LibSsl.ContextSetVerify(
        context.Pointer,
        ask ? OpenSslNumbers.VerifyPeer | (require ? OpenSslNumbers.VerifyRequirePeer : 0) : OpenSslNumbers.VerifyNone,
        null);

    /// <summary>What a session must have been made for to be resumed here; at most 32 bytes.</summary>
    internal static void SetSessionContext(SslContextHandle context, ReadOnlySpan<byte> id)
    {
        // SAFETY: copied by the call.
        fixed (byte* bytes = id) _ = LibSsl.ContextSetSessionIdContext(context.Pointer, bytes, (uint)id.Length);
    }

    /// <summary>The certificate given last, as the pointer by which <see cref="LibSsl.GetCertificate"/> names it during a handshake.</summary>
    internal static nint CertificateIn(SslContextHandle context) => LibSsl.ContextGetCertificate(context.Pointer);

    private static nint Certificate(byte[] der)
    {
        // SAFETY: as for the key above.
        fixed (byte* bytes = der)
        {
            byte* at = bytes;
            return LibCrypto.CertificateFromDer(null, &at, der.Length);
        }
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
