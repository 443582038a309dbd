using Appliance.Vrrp;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Datagrams of the HA port: as they come, which nobody may believe, and signed with the right key, which reaches what lies behind.</summary>
internal sealed class HeartbeatTarget : ITarget
{
    private const byte RouterId = 51;
    private static readonly HeartbeatKeys Keys = new([new ClusterKey(1, [.. Enumerable.Repeat((byte)7, 32)])]);
    private static readonly byte[] OwnNonce = [.. Enumerable.Repeat((byte)2, HeartbeatLayout.NonceBytes)];
    private static readonly byte[] PeerNonce = [.. Enumerable.Repeat((byte)1, HeartbeatLayout.NonceBytes)];
    private static readonly HeartbeatContent Content = new() { Word = new PeerWord { Role = HaRole.Passive, Priority = 253, Fit = true, LanAddress = 0xc0000201 } };

    public string Name => "heartbeat";

    public int MaximumLength => HeartbeatLayout.MaximumBytes + 64;

    public IReadOnlyList<byte[]> Tokens { get; } = [[.. "AH"u8, 1, 1, RouterId], OwnNonce, PeerNonce, [3, 254], [0, 0, 0, 0, 0, 0, 0, 1], [63], [0xff, 0xff]];

    public int Run(ReadOnlySpan<byte> input)
    {
        (HeartbeatSession own, HeartbeatSession peer) = Joined();
        HeartbeatReject unsigned = own.Read(input, 1000, out _);
        Require(unsigned is not (HeartbeatReject.None or HeartbeatReject.NotEchoed or HeartbeatReject.Replayed), "without the key nothing is even looked at");
        CheckUndisturbed(own, peer);
        byte[] signed = input.ToArray();
        if (signed.Length < HeartbeatLayout.TotalBytes) return HashCode.Combine(unsigned, input.Length / 64);
        Keys.Sign(signed);
        HeartbeatReject reason = own.Read(signed, 2000, out HeartbeatContent content);
        Require(reason != HeartbeatReject.BadTag, "a signature of ours is good");
        Require(reason == HeartbeatReject.None || reason.Label() != "none", "every refusal has a name");
        if (reason == HeartbeatReject.None)
        {
            Require(own.Read(signed, 2001, out _) == HeartbeatReject.Replayed, "nothing is believed twice");
            CheckContent(content);
        }

        return HashCode.Combine(unsigned, reason, content.Word.Role, content.Word.Evidence, signed.Length / 64);
    }

    /// <summary>The true peer is heard as if nothing had come between.</summary>
    private static void CheckUndisturbed(HeartbeatSession own, HeartbeatSession peer) =>
        Require(own.Read(peer.Write(Content, 1001), 1002, out _) == HeartbeatReject.None, "a refused datagram disturbs nobody");

    private static void CheckContent(in HeartbeatContent content)
    {
        byte[] body = new byte[HeartbeatLayout.TotalBytes];
        body[HeartbeatLayout.NameLength] = 1;
        HeartbeatCodec.WriteContent(body, content);
        Require(HeartbeatCodec.TryReadContent(body, out HeartbeatContent again) && again == content, "content that was read is the same when written and read again");
    }

    private static (HeartbeatSession Own, HeartbeatSession Peer) Joined()
    {
        var own = new HeartbeatSession(Keys, RouterId, "own", OwnNonce);
        var peer = new HeartbeatSession(Keys, RouterId, "peer", PeerNonce);
        own.Read(peer.Write(Content, 1), 2, out _);
        peer.Read(own.WriteAnswer(Content, 3), 4, out _);
        Require(own.Read(peer.Write(Content, 5), 6, out _) == HeartbeatReject.None, "two fresh sessions join");
        return (own, peer);
    }
}
