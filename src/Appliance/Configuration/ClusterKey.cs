namespace Appliance.Configuration;

/// <summary>One key of the cluster secret. Compares by reference and prints its id only, so that the secret reaches no log.</summary>
/// <param name="id">1..255; names the key on the wire.</param>
/// <param name="secret">At least <see cref="ClusterKeyFile.MinimumSecretBytes"/> bytes.</param>
internal sealed class ClusterKey(byte id, byte[] secret)
{
    /// <summary>Names the key on the wire.</summary>
    public byte Id { get; } = id;

    /// <summary>The secret itself.</summary>
    public ReadOnlyMemory<byte> Secret { get; } = secret;

    /// <inheritdoc/>
    public override string ToString() => $"key {Id}";
}
