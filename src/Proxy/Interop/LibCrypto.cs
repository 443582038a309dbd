// Invariants
// - As LibSsl: blittable, nothing kept by the library beyond the call but what its manual says is counted by reference.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>The functions of libcrypto 3 in use.</summary>
internal static unsafe class LibCrypto
{
    /// <summary>Debian's libssl3 brings it, too.</summary>
    internal const string Library = "libcrypto.so.3";

    [DllImport(Library, EntryPoint = "ERR_clear_error")]
    [SuppressGCTransition]
    internal static extern void ClearErrors();

    [DllImport(Library, EntryPoint = "ERR_peek_error")]
    internal static extern ulong PeekError();

    [DllImport(Library, EntryPoint = "ERR_reason_error_string")]
    internal static extern byte* ReasonText(ulong error);

    [DllImport(Library, EntryPoint = "X509_verify_cert_error_string")]
    internal static extern byte* VerifyErrorText(long result);

    [DllImport(Library, EntryPoint = "BIO_meth_new")]
    internal static extern nint BioMethodNew(int type, byte* name);

    [DllImport(Library, EntryPoint = "BIO_meth_set_read")]
    internal static extern int BioMethodSetRead(nint method, void* callback);

    [DllImport(Library, EntryPoint = "BIO_meth_set_write")]
    internal static extern int BioMethodSetWrite(nint method, void* callback);

    [DllImport(Library, EntryPoint = "BIO_meth_set_ctrl")]
    internal static extern int BioMethodSetControl(nint method, void* callback);

    [DllImport(Library, EntryPoint = "BIO_new")]
    internal static extern nint BioNew(nint method);

    [DllImport(Library, EntryPoint = "BIO_free")]
    internal static extern int BioFree(nint bio);

    [DllImport(Library, EntryPoint = "BIO_set_data")]
    internal static extern void BioSetData(nint bio, nint data);

    [DllImport(Library, EntryPoint = "BIO_get_data")]
    [SuppressGCTransition]
    internal static extern nint BioGetData(nint bio);

    [DllImport(Library, EntryPoint = "BIO_set_init")]
    internal static extern void BioSetInit(nint bio, int ready);

    [DllImport(Library, EntryPoint = "BIO_set_flags")]
    [SuppressGCTransition]
    internal static extern void BioSetFlags(nint bio, int flags);

    [DllImport(Library, EntryPoint = "BIO_clear_flags")]
    [SuppressGCTransition]
    internal static extern void BioClearFlags(nint bio, int flags);

    [DllImport(Library, EntryPoint = "d2i_X509")]
    internal static extern nint CertificateFromDer(nint* reuse, byte** bytes, long length);

    [DllImport(Library, EntryPoint = "X509_free")]
    internal static extern void CertificateFree(nint certificate);

    [DllImport(Library, EntryPoint = "X509_STORE_add_cert")]
    internal static extern int StoreAdd(nint store, nint certificate);

    [DllImport(Library, EntryPoint = "d2i_AutoPrivateKey")]
    internal static extern nint KeyFromDer(nint* reuse, byte** bytes, long length);

    [DllImport(Library, EntryPoint = "EVP_PKEY_free")]
    internal static extern void KeyFree(nint key);

    [DllImport(Library, EntryPoint = "X509_VERIFY_PARAM_set1_ip")]
    internal static extern int SetVerifiedAddress(nint parameters, byte* address, nuint length);

    [DllImport(Library, EntryPoint = "EVP_aes_256_cbc")]
    internal static extern nint Aes256Cbc();

    [DllImport(Library, EntryPoint = "EVP_EncryptInit_ex")]
    internal static extern int EncryptInit(nint context, nint cipher, nint engine, byte* key, byte* iv);

    [DllImport(Library, EntryPoint = "EVP_DecryptInit_ex")]
    internal static extern int DecryptInit(nint context, nint cipher, nint engine, byte* key, byte* iv);

    [DllImport(Library, EntryPoint = "EVP_MAC_CTX_set_params")]
    internal static extern int MacSetParameters(nint context, OpenSslParameter* parameters);

    [DllImport(Library, EntryPoint = "CRYPTO_malloc")]
    internal static extern byte* Allocate(nuint bytes, byte* file, int line);
}
