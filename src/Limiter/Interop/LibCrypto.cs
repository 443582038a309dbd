// Invariants
// - Only blittable arguments. What a New call returns is owned by the caller until the Free call of the same name; Free accepts 0.
// - Lengths are those of the memory behind the pointer; nothing here keeps a pointer after it has returned.
// - A key or context is used by one thread at a time; different ones by any threads at the same time.
// - A call that fails leaves entries in the calling thread's error queue, which ClearErrors empties: others in the process read it.
using System.Runtime.InteropServices;

namespace Appliance.Limiter.Interop;

/// <summary>The functions of libcrypto 3 in use, named as in its manual without the prefix. The runtime has no Ed25519 of its own.</summary>
internal static unsafe class LibCrypto
{
    /// <summary>NID_ED25519 of obj_mac.h, the same number as EVP_PKEY_ED25519.</summary>
    public const int KeyTypeEd25519 = 1087;

    private const string Library = "libcrypto.so.3";

    [DllImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    public static extern nint KeyNewRawPublicKey(int type, nint engine, byte* key, nuint length);

    [DllImport(Library, EntryPoint = "EVP_PKEY_free")]
    public static extern void KeyFree(nint key);

    [DllImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    public static extern nint DigestContextNew();

    [DllImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    public static extern void DigestContextFree(nint context);

    [DllImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    public static extern int DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    /// <summary>1: the signature is good; anything else: it is not, or could not be looked at.</summary>
    [DllImport(Library, EntryPoint = "EVP_DigestVerify")]
    public static extern int DigestVerify(nint context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [DllImport(Library, EntryPoint = "ERR_clear_error")]
    public static extern void ClearErrors();
}
