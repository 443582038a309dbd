using System.Collections.Immutable;
using System.Security.Cryptography;
using Appliance.Configuration;
using Appliance.Limiter.DebugSessions;

namespace Appliance.Policies;

/// <summary>Reads the secret of debug sessions: one line. A file that everybody on the machine may read or write is refused; no message repeats the secret.</summary>
internal static class DebugSecretFile
{
    private const int MaximumBytes = 1024;

    /// <summary>Whoever guesses it sees which policy and rule decided, and what of the request they looked at.</summary>
    private const int ShortestSecret = 16;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The key; null with a line in <paramref name="mistakes"/>.</summary>
    public static DebugSessionKey? Read(string file, ImmutableArray<string>.Builder mistakes)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(file, MaximumBytes, Others);
        if (outcome != BoundedFile.Outcome.Read)
        {
            mistakes.Add($"{file}: {problem}");
            return null;
        }

        ReadOnlySpan<byte> secret = content.AsSpan().Trim(" \t\r\n"u8);
        // It comes back in a header line: more than one line, or blanks at its ends, could never be presented.
        bool sound = secret.Length >= ShortestSecret && !secret.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        if (!sound) mistakes.Add($"{file}: must hold one line of at least {ShortestSecret} printable ASCII characters, such as `openssl rand -hex 32` writes");
        DebugSessionKey? key = sound ? new DebugSessionKey(secret) : null;
        CryptographicOperations.ZeroMemory(content);
        return key;
    }
}
