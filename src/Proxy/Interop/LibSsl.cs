// Invariants
// - Every declaration is blittable: objects of OpenSSL are opaque nint, buffers raw pointers that the caller keeps in place for the call.
// - SSL objects belong to one loop. SSL_CTX objects are written before the first SSL is made from them and only read afterwards.
// - What may call back into managed code (read, write, handshake, shutdown, free) has a normal transition; SuppressGCTransition is only on
//   getters of a few instructions.
// - Nothing here looks at errno: sockets are read and written by our own BIO.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>The functions of libssl 3 in use, named as in its manual without the prefix.</summary>
internal static unsafe class LibSsl
{
    /// <summary>Debian's libssl3.</summary>
    internal const string Library = "libssl.so.3";

    [DllImport(Library, EntryPoint = "TLS_server_method")]
    internal static extern nint ServerMethod();

    [DllImport(Library, EntryPoint = "TLS_client_method")]
    internal static extern nint ClientMethod();

    [DllImport(Library, EntryPoint = "SSL_CTX_new")]
    internal static extern nint ContextNew(nint method);

    [DllImport(Library, EntryPoint = "SSL_CTX_free")]
    internal static extern void ContextFree(nint context);

    [DllImport(Library, EntryPoint = "SSL_CTX_ctrl")]
    internal static extern long ContextControl(nint context, int command, long number, void* pointer);

    [DllImport(Library, EntryPoint = "SSL_CTX_callback_ctrl")]
    internal static extern long ContextSetCallback(nint context, int command, void* callback);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_options")]
    internal static extern ulong ContextSetOptions(nint context, ulong options);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_cipher_list")]
    internal static extern int ContextSetCipherList(nint context, byte* text);

    [DllImport(Library, EntryPoint = "SSL_CTX_use_certificate")]
    internal static extern int ContextUseCertificate(nint context, nint certificate);

    [DllImport(Library, EntryPoint = "SSL_CTX_use_PrivateKey")]
    internal static extern int ContextUsePrivateKey(nint context, nint key);

    [DllImport(Library, EntryPoint = "SSL_CTX_get0_certificate")]
    internal static extern nint ContextGetCertificate(nint context);

    [DllImport(Library, EntryPoint = "SSL_CTX_add_client_CA")]
    internal static extern int ContextAddClientAuthority(nint context, nint certificate);

    [DllImport(Library, EntryPoint = "SSL_CTX_get_cert_store")]
    internal static extern nint ContextGetStore(nint context);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_default_verify_paths")]
    internal static extern int ContextSetSystemAuthorities(nint context);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_verify")]
    internal static extern void ContextSetVerify(nint context, int mode, void* callback);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_session_id_context")]
    internal static extern int ContextSetSessionIdContext(nint context, byte* id, uint length);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_num_tickets")]
    internal static extern int ContextSetTicketCount(nint context, nuint count);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_timeout")]
    internal static extern long ContextSetSessionLifetime(nint context, long seconds);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_tlsext_ticket_key_evp_cb")]
    internal static extern int ContextSetTicketCallback(nint context, void* callback);

    [DllImport(Library, EntryPoint = "SSL_CTX_set_alpn_select_cb")]
    internal static extern void ContextSetAlpnCallback(nint context, void* callback, void* argument);

    [DllImport(Library, EntryPoint = "SSL_CTX_sess_set_new_cb")]
    internal static extern void ContextSetNewSessionCallback(nint context, void* callback);

    [DllImport(Library, EntryPoint = "SSL_new")]
    internal static extern nint New(nint context);

    [DllImport(Library, EntryPoint = "SSL_free")]
    internal static extern void Free(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_set_bio")]
    internal static extern void SetBio(nint ssl, nint read, nint write);

    [DllImport(Library, EntryPoint = "SSL_get_rbio")]
    [SuppressGCTransition]
    internal static extern nint GetReadBio(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_set_accept_state")]
    internal static extern void SetAcceptState(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_set_connect_state")]
    internal static extern void SetConnectState(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_do_handshake")]
    internal static extern int DoHandshake(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_read")]
    internal static extern int Read(nint ssl, byte* buffer, int length);

    [DllImport(Library, EntryPoint = "SSL_write")]
    internal static extern int Write(nint ssl, byte* buffer, int length);

    [DllImport(Library, EntryPoint = "SSL_shutdown")]
    internal static extern int Shutdown(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_has_pending")]
    [SuppressGCTransition]
    internal static extern int HasPending(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_get_error")]
    internal static extern int GetError(nint ssl, int result);

    [DllImport(Library, EntryPoint = "SSL_session_reused")]
    internal static extern int SessionReused(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_version")]
    [SuppressGCTransition]
    internal static extern int Version(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_get_verify_result")]
    internal static extern long GetVerifyResult(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_get_certificate")]
    internal static extern nint GetCertificate(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_get_servername")]
    internal static extern byte* GetServerName(nint ssl, int type);

    [DllImport(Library, EntryPoint = "SSL_set_SSL_CTX")]
    internal static extern nint SetContext(nint ssl, nint context);

    [DllImport(Library, EntryPoint = "SSL_ctrl")]
    internal static extern long Control(nint ssl, int command, long number, void* pointer);

    [DllImport(Library, EntryPoint = "SSL_set1_host")]
    internal static extern int SetVerifiedHost(nint ssl, byte* name);

    [DllImport(Library, EntryPoint = "SSL_get0_param")]
    internal static extern nint GetVerifyParameters(nint ssl);

    [DllImport(Library, EntryPoint = "SSL_set_session")]
    internal static extern int SetSession(nint ssl, nint session);

    [DllImport(Library, EntryPoint = "i2d_SSL_SESSION")]
    internal static extern int SessionToDer(nint session, byte** bytes);

    [DllImport(Library, EntryPoint = "d2i_SSL_SESSION")]
    internal static extern nint SessionFromDer(nint* reuse, byte** bytes, long length);

    [DllImport(Library, EntryPoint = "SSL_SESSION_free")]
    internal static extern void SessionFree(nint session);
}
