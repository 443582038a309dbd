using System.Buffers.Text;
using System.Security.Cryptography;

namespace Appliance.Limiter.DebugSessions;

/// <summary>
/// The secret of debug sessions, and what is proven with it (policies.md part B 3.5, A9): a session's value is `EXPIRY.MAC`, the expiry in Unix seconds and the
/// base64url of its HMAC-SHA256. It carries no state: whoever holds the secret can verify it, so both nodes accept each other's. Immutable, for any thread;
/// nothing here reads a clock, and every comparison takes the same time wherever the difference lies.
/// </summary>
public sealed class DebugSessionKey
{
    /// <summary>How long a session lasts, in seconds.</summary>
    public const int LifetimeSeconds = 900;

    /// <summary>The most bytes that a session's value takes.</summary>
    public const int MaxValueLength = MaxExpiryDigits + 1 + MacCharacters;

    private const int MaxExpiryDigits = 12;
    private const int MacCharacters = 43;

    private readonly byte[] _secret;
    private readonly byte[] _secretDigest;

    /// <param name="secret">What a login must present; not empty.</param>
    /// <exception cref="ArgumentException">The secret is empty: everybody would know it.</exception>
    public DebugSessionKey(ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty) throw new ArgumentException("an empty secret protects nothing", nameof(secret));
        _secret = secret.ToArray();
        _secretDigest = SHA256.HashData(secret);
    }

    /// <summary>True when a login presents the secret. Digests are compared, so that not even its length shows.</summary>
    public bool IsSecret(ReadOnlySpan<byte> presented)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(presented, digest);
        return CryptographicOperations.FixedTimeEquals(digest, _secretDigest);
    }

    /// <summary>Writes the value of a session that begins now.</summary>
    /// <param name="nowSeconds">UTC in Unix seconds, from 0 up to 10^12 - 1000.</param>
    /// <param name="destination">At least <see cref="MaxValueLength"/> long.</param>
    /// <returns>The length of the value, ASCII.</returns>
    public int Mint(long nowSeconds, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nowSeconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nowSeconds, 1_000_000_000_000 - 1000);
        Utf8Formatter.TryFormat(nowSeconds + LifetimeSeconds, destination, out int digits);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, destination[..digits], mac);
        destination[digits] = (byte)'.';
        return digits + 1 + Base64Url.EncodeToUtf8(mac, destination[(digits + 1)..]);
    }

    /// <summary>
    /// True for a value that was minted with this secret and has not expired. Allocates nothing and takes the same way for every value of good form;
    /// anything else is false, never an exception.
    /// </summary>
    /// <param name="value">Of the cookie, or of the header X-Appliance-Debug.</param>
    /// <param name="nowSeconds">UTC in Unix seconds.</param>
    public bool Verify(ReadOnlySpan<byte> value, long nowSeconds)
    {
        int dot = value.IndexOf((byte)'.');
        if (dot is < 1 or > MaxExpiryDigits || value.Length != dot + 1 + MacCharacters || !TryExpiry(value[..dot], out long expiry)) return false;
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[MacCharacters];
        HMACSHA256.HashData(_secret, value[..dot], mac);
        Base64Url.EncodeToUtf8(mac, expected);
        return CryptographicOperations.FixedTimeEquals(expected, value[(dot + 1)..]) & nowSeconds < expiry;
    }

    private static bool TryExpiry(ReadOnlySpan<byte> digits, out long expiry)
    {
        expiry = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            expiry = expiry * 10 + digit - '0';
        }

        return true;
    }
}
