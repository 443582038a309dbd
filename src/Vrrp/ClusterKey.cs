using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>One secret that both nodes know. Never printed: <see cref="ToString"/> shows only the id.</summary>
/// <param name="id">Names the key on the wire, so that a secret can be replaced while both are listed.</param>
/// <param name="secret">The secret, at least 16 bytes; copied.</param>
public sealed class ClusterKey(byte id, ReadOnlySpan<byte> secret)
{
    /// <summary>Fewest bytes a secret may have.</summary>
    public const int MinimumSecretBytes = 16;

    /// <summary>The key's name on the wire.</summary>
    public byte Id { get; } = id;

    /// <summary>The secret itself. Do not log.</summary>
    public ImmutableArray<byte> Secret { get; } = secret.Length >= MinimumSecretBytes
        ? [.. secret]
        : throw new ArgumentException($"a cluster secret needs at least {MinimumSecretBytes} bytes", nameof(secret));

    /// <summary>The id alone.</summary>
    public override string ToString() => $"key {Id}";
}
