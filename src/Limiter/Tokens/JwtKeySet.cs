using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>All keys of `policies.jwt` (policies.md A5), immutable; any thread may read it.</summary>
public sealed class JwtKeySet
{
    /// <summary>More keys than this are refused at load.</summary>
    public const int MaxKeys = 64;

    private JwtKeySet(JwtKey[] keys)
    {
        Keys = keys;
        Fingerprint = FingerprintOf(keys);
    }

    /// <summary>No keys: claims are read unverified.</summary>
    public static JwtKeySet Empty { get; } = new([]);

    /// <summary>How many keys there are.</summary>
    public int Count => Keys.Length;

    /// <summary>
    /// 32 bytes that are the same on two nodes exactly when they verify with the same keys under the same names; the order of keys and the form of
    /// files do not matter. Secrets enter as an HMAC under themselves, so the value may be shown.
    /// </summary>
    public ReadOnlyMemory<byte> Fingerprint { get; }

    internal JwtKey[] Keys { get; }

    /// <summary>Reads all key files. Never throws for what they hold.</summary>
    /// <param name="keys">The entries of `keys`.</param>
    /// <param name="jwks">The file of `jwks_file`, or null.</param>
    /// <param name="errors">All mistakes, one for each bad key; empty when a set is returned.</param>
    /// <returns>The set, or null when there is a mistake.</returns>
    public static JwtKeySet? Load(IReadOnlyList<JwtKeySource> keys, JwtKeySource? jwks, out IReadOnlyList<DescriptorFileError> errors)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var findings = new KeyFindings();
        foreach (JwtKeySource source in keys) KeyFileReader.Read(source, findings);
        if (jwks is not null) JwkSetReader.Read(jwks, findings);
        findings.RefuseSharedKeyIds();
        if (findings.Keys.Count > MaxKeys) findings.Error(jwks?.File ?? keys[0].File, $"{findings.Keys.Count} keys; at most {MaxKeys} are taken: remove retired ones");
        errors = findings.Errors;
        return findings.Errors.Count > 0 ? null : new JwtKeySet([.. findings.Keys]);
    }

    private static byte[] FingerprintOf(JwtKey[] keys)
    {
        string[] sorted = [.. keys.Select(key => Convert.ToHexString(key.Fingerprint)).Order(StringComparer.Ordinal)];
        return SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(string.Join('\n', sorted)));
    }
}
