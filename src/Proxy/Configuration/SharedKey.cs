namespace Appliance.Proxy.Configuration;

/// <summary>A secret that the nodes of a pair share.</summary>
/// <param name="Id">Tells the keys apart.</param>
/// <param name="Secret">At least 16 bytes; never shown.</param>
public sealed record SharedKey(byte Id, ReadOnlyMemory<byte> Secret)
{
    /// <summary>The id alone: secrets do not belong in logs.</summary>
    public override string ToString() => $"key {Id}";
}
