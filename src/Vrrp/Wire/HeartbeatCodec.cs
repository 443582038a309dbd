using System.Buffers.Binary;
using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Wire;

/// <summary>Content to bytes and back; places are <see cref="HeartbeatLayout"/>'s. Knows nothing of keys, nonces or sequences.</summary>
internal static class HeartbeatCodec
{
    public static void WriteContent(Span<byte> to, in HeartbeatContent content)
    {
        PeerWord word = content.Word;
        to[HeartbeatLayout.Role] = (byte)word.Role;
        to[HeartbeatLayout.Priority] = word.Priority;
        to[HeartbeatLayout.Reason] = (byte)word.Reason;
        BinaryPrimitives.WriteUInt16BigEndian(to[HeartbeatLayout.Flags..], (ushort)FlagsOf(word));
        to[HeartbeatLayout.Evidence] = (byte)word.Evidence;
        to[HeartbeatLayout.LinkPairs] = content.LinkPairs;
        BinaryPrimitives.WriteInt64BigEndian(to[HeartbeatLayout.SentAt..], content.SentAtNs);
        BinaryPrimitives.WriteInt64BigEndian(to[HeartbeatLayout.EchoedSentAt..], content.EchoedSentAtNs);
        BinaryPrimitives.WriteInt64BigEndian(to[HeartbeatLayout.Held..], content.HeldNs);
        BinaryPrimitives.WriteUInt128BigEndian(to[HeartbeatLayout.LanAddress..], word.LanAddress);
        BinaryPrimitives.WriteUInt32BigEndian(to[HeartbeatLayout.IntervalUs..], content.IntervalUs);
        BinaryPrimitives.WriteUInt64BigEndian(to[HeartbeatLayout.SyncPosition..], content.SyncPosition);
    }

    /// <summary>False: a field has no meaning. The span is at least <see cref="HeartbeatLayout.BodyBytes"/> long.</summary>
    public static bool TryReadContent(ReadOnlySpan<byte> from, out HeartbeatContent content)
    {
        content = default;
        byte role = from[HeartbeatLayout.Role];
        byte evidence = from[HeartbeatLayout.Evidence];
        if (role is < (byte)HaRole.Starting or > (byte)HaRole.Bypass || evidence > (byte)LanEvidence.Proven) return false;
        if (from[HeartbeatLayout.NameLength] is 0 or > HeartbeatLayout.NameBytes) return false;
        content.Word = ReadWord(from, (HaRole)role, (LanEvidence)evidence);
        content.LinkPairs = from[HeartbeatLayout.LinkPairs];
        content.SentAtNs = BinaryPrimitives.ReadInt64BigEndian(from[HeartbeatLayout.SentAt..]);
        content.EchoedSentAtNs = BinaryPrimitives.ReadInt64BigEndian(from[HeartbeatLayout.EchoedSentAt..]);
        content.HeldNs = BinaryPrimitives.ReadInt64BigEndian(from[HeartbeatLayout.Held..]);
        content.IntervalUs = BinaryPrimitives.ReadUInt32BigEndian(from[HeartbeatLayout.IntervalUs..]);
        content.SyncPosition = BinaryPrimitives.ReadUInt64BigEndian(from[HeartbeatLayout.SyncPosition..]);
        return true;
    }

    private static PeerWord ReadWord(ReadOnlySpan<byte> from, HaRole role, LanEvidence evidence)
    {
        var flags = (HeartbeatFlags)BinaryPrimitives.ReadUInt16BigEndian(from[HeartbeatLayout.Flags..]);
        return new PeerWord
        {
            Role = role,
            Priority = from[HeartbeatLayout.Priority],
            Reason = (HaReason)from[HeartbeatLayout.Reason],
            Evidence = evidence,
            LanAddress = BinaryPrimitives.ReadUInt128BigEndian(from[HeartbeatLayout.LanAddress..]),
            Primary = (flags & HeartbeatFlags.Primary) != 0,
            Fit = (flags & HeartbeatFlags.Fit) != 0,
            Leaving = (flags & HeartbeatFlags.Leaving) != 0,
            Listening = (flags & HeartbeatFlags.Listening) != 0,
            LanSilent = (flags & HeartbeatFlags.LanSilent) != 0,
            WantsRole = (flags & HeartbeatFlags.WantsRole) != 0,
            BypassHolds = (flags & HeartbeatFlags.BypassHolds) != 0,
            Able = (flags & HeartbeatFlags.Able) != 0,
            BandwidthLow = (flags & HeartbeatFlags.BandwidthLow) != 0,
            BandwidthFault = (flags & HeartbeatFlags.BandwidthFault) != 0,
            SilenceTakeover = (flags & HeartbeatFlags.SilenceTakeover) != 0,
        };
    }

    private static HeartbeatFlags FlagsOf(in PeerWord word) =>
        (word.Primary ? HeartbeatFlags.Primary : 0)
        | (word.Fit ? HeartbeatFlags.Fit : 0)
        | (word.Leaving ? HeartbeatFlags.Leaving : 0)
        | (word.Listening ? HeartbeatFlags.Listening : 0)
        | (word.LanSilent ? HeartbeatFlags.LanSilent : 0)
        | (word.WantsRole ? HeartbeatFlags.WantsRole : 0)
        | (word.BypassHolds ? HeartbeatFlags.BypassHolds : 0)
        | (word.Able ? HeartbeatFlags.Able : 0)
        | (word.BandwidthLow ? HeartbeatFlags.BandwidthLow : 0)
        | (word.BandwidthFault ? HeartbeatFlags.BandwidthFault : 0)
        | (word.SilenceTakeover ? HeartbeatFlags.SilenceTakeover : 0);
}
