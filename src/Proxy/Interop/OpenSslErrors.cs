// Invariants
// - The texts are constants inside the library; they are copied at once. The queue of errors belongs to the calling thread.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>What OpenSSL says went wrong.</summary>
internal static unsafe class OpenSslErrors
{
    /// <summary>The oldest error of the calling thread, as its code; clears the rest.</summary>
    internal static ulong Take()
    {
        ulong error = LibCrypto.PeekError();
        LibCrypto.ClearErrors();
        return error;
    }

    /// <summary>The code as words.</summary>
    internal static string Text(ulong error) => Copy(error == 0 ? null : LibCrypto.ReasonText(error)) ?? "no reason given";

    /// <summary>The oldest error of the calling thread as words; clears the rest.</summary>
    internal static string TakeText() => Text(Take());

    /// <summary>Why a certificate was not accepted.</summary>
    internal static string VerifyText(long result) => Copy(LibCrypto.VerifyErrorText(result)) ?? "not verified";

    // SAFETY: zero-terminated constants of the library.
    private static string? Copy(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
