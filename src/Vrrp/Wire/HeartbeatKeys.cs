using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Appliance.Vrrp.Wire;

/// <summary>Keys of the HA port, derived from the cluster secrets by HKDF. The first signs, all verify.</summary>
internal sealed class HeartbeatKeys
{
    private const int KeyBytes = 32;
    private readonly byte[]?[] _byId = new byte[]?[256];
    private readonly byte[] _signing;

    public HeartbeatKeys(ImmutableArray<ClusterKey> keys)
    {
        if (keys.IsDefaultOrEmpty) throw new ArgumentException("at least one key", nameof(keys));
        foreach (ClusterKey key in keys) _byId[key.Id] = Derive(key);
        SigningId = keys[0].Id;
        _signing = _byId[SigningId]!; // set by the loop above
    }

    public byte SigningId { get; }

    /// <summary>Appends the tag behind the body.</summary>
    public void Sign(Span<byte> datagram)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_signing, datagram[..^HeartbeatLayout.TagBytes], full);
        full[..HeartbeatLayout.TagBytes].CopyTo(datagram[^HeartbeatLayout.TagBytes..]);
    }

    public HeartbeatReject Verify(ReadOnlySpan<byte> datagram)
    {
        if (_byId[datagram[HeartbeatLayout.KeyId]] is not { } key) return HeartbeatReject.UnknownKey;
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, datagram[..^HeartbeatLayout.TagBytes], full);
        return CryptographicOperations.FixedTimeEquals(full[..HeartbeatLayout.TagBytes], datagram[^HeartbeatLayout.TagBytes..])
            ? HeartbeatReject.None
            : HeartbeatReject.BadTag;
    }

    private static byte[] Derive(ClusterKey key)
    {
        byte[] derived = new byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret.AsSpan(), derived, [], "appliance heartbeat 1"u8);
        return derived;
    }
}
