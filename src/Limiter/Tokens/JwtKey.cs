namespace Appliance.Limiter.Tokens;

/// <summary>A key that tokens may be signed with, checked and immutable. Lanes make their own <see cref="SignatureVerifier"/> of it.</summary>
/// <param name="type">What it is.</param>
/// <param name="algorithms">What it may be used with; only algorithms of its type.</param>
/// <param name="keyId">The `kid` as UTF-8; empty when the key has none.</param>
/// <param name="material">A secret's octets, or a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).</param>
/// <param name="fingerprint">SHA-256 over the public form, see <see cref="KeyFingerprint"/>.</param>
internal sealed class JwtKey(JwtKeyType type, JwtAlgorithms algorithms, byte[] keyId, byte[] material, byte[] fingerprint)
{
    public JwtKeyType Type { get; } = type;

    public JwtAlgorithms Algorithms { get; } = algorithms;

    public byte[] KeyId { get; } = keyId;

    public byte[] Material { get; } = material;

    public byte[] Fingerprint { get; } = fingerprint;

    /// <summary>
    /// True when this key may be tried: it is made for the algorithm, and either side names no key or both name the same (RFC 7515 section 4.1.4).
    /// </summary>
    public bool Fits(JwtAlgorithms algorithm, ReadOnlySpan<byte> keyId) =>
        (Algorithms & algorithm) != 0 && (KeyId.Length == 0 || keyId.IsEmpty || keyId.SequenceEqual(KeyId));
}
