using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Wire;

/// <summary>What a datagram says, besides fingerprints and the name, which stay in the buffer.</summary>
internal record struct HeartbeatContent
{
    public PeerWord Word;
    public byte LinkPairs;
    public long SentAtNs;

    /// <summary>The receiver's last "sent at"; 0: none yet.</summary>
    public long EchoedSentAtNs;
    public long HeldNs;
    public uint IntervalUs;
    public ulong SyncPosition;
}
