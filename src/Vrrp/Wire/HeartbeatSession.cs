using System.Buffers.Binary;
using System.Text;

namespace Appliance.Vrrp.Wire;

/// <summary>
/// One node's end of the authenticated exchange. Each start draws a nonce; a datagram is believed only if it repeats this start's
/// nonce and its sequence grows. A datagram that does not repeat it may be a restarted peer's first word: it is only answered, so
/// that its sender can repeat ours and prove that it lives. Nonces of the peer's earlier starts are remembered and never come back.
/// One thread; allocates nothing after construction.
/// </summary>
internal sealed class HeartbeatSession
{
    private const int RetiredNonces = 256;
    private readonly byte[] _retired = new byte[RetiredNonces * HeartbeatLayout.NonceBytes];
    private int _retiredCount;
    private HeartbeatKeys _keys;
    private readonly byte _routerId;
    private readonly byte[] _out = new byte[HeartbeatLayout.TotalBytes];
    private readonly byte[] _nonce = new byte[HeartbeatLayout.NonceBytes];
    private readonly byte[] _peerNonce = new byte[HeartbeatLayout.NonceBytes];
    private readonly byte[] _candidate = new byte[HeartbeatLayout.NonceBytes];
    private readonly byte[] _peerPrints = new byte[2 * HeartbeatLayout.PrintBytes];
    private readonly byte[] _peerName = new byte[HeartbeatLayout.NameBytes + 1];
    private ulong _sequence;
    private ulong _peerSequence;
    private bool _peerKnown;
    private bool _candidateKnown;
    private long _peerSentAtNs;
    private long _peerHeardNs;

    /// <param name="keys">Derived keys.</param>
    /// <param name="routerId">Sessions of other groups are refused.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="nonce">16 random bytes, new for each start.</param>
    public HeartbeatSession(HeartbeatKeys keys, byte routerId, string node, ReadOnlySpan<byte> nonce)
    {
        _keys = keys;
        _routerId = routerId;
        nonce[..HeartbeatLayout.NonceBytes].CopyTo(_nonce);
        _out[0] = HeartbeatLayout.Magic0;
        _out[1] = HeartbeatLayout.Magic1;
        _out[HeartbeatLayout.Version] = HeartbeatLayout.CurrentVersion;
        _out[HeartbeatLayout.KeyId] = keys.SigningId;
        _out[HeartbeatLayout.RouterId] = routerId;
        _nonce.CopyTo(_out.AsSpan(HeartbeatLayout.SenderNonce));
        _out[HeartbeatLayout.NameLength] = (byte)Encoding.UTF8.GetBytes(node, _out.AsSpan(HeartbeatLayout.Name, HeartbeatLayout.NameBytes));
    }

    /// <summary>From now on; the peer that still signs with another of them goes on being heard.</summary>
    public void Use(HeartbeatKeys keys)
    {
        _keys = keys;
        _out[HeartbeatLayout.KeyId] = keys.SigningId;
    }

    /// <summary>Round trip of the last good datagram without the time the peer held it; -1: not known yet.</summary>
    public long RoundTripNs { get; private set; } = -1;

    /// <summary>The peer's last fingerprints, config then bundle; zero until known.</summary>
    public ReadOnlySpan<byte> PeerPrints => _peerPrints;

    /// <summary>Changes when another peer name is learnt.</summary>
    public int PeerNameVersion { get; private set; }

    public string PeerName => Encoding.UTF8.GetString(_peerName, 1, _peerName[0]);

    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle)
    {
        config.CopyTo(_out.AsSpan(HeartbeatLayout.ConfigPrint, HeartbeatLayout.PrintBytes));
        bundle.CopyTo(_out.AsSpan(HeartbeatLayout.BundlePrint, HeartbeatLayout.PrintBytes));
    }

    public ReadOnlySpan<byte> OwnPrints => _out.AsSpan(HeartbeatLayout.ConfigPrint, 2 * HeartbeatLayout.PrintBytes);

    /// <summary>The next datagram to the peer; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(HeartbeatContent content, long nowNs) => Write(content, nowNs, _peerNonce, _peerKnown);

    /// <summary>An answer to an unknown nonce, so that its sender can prove that it lives now. Once per call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> WriteAnswer(HeartbeatContent content, long nowNs) => Write(content, nowNs, _candidate, _candidateKnown);

    /// <summary>Reads and judges. Content is meaningful only for None.</summary>
    public HeartbeatReject Read(ReadOnlySpan<byte> datagram, long nowNs, out HeartbeatContent content)
    {
        content = default;
        HeartbeatReject form = CheckForm(datagram);
        if (form != HeartbeatReject.None) return form;
        HeartbeatReject tag = _keys.Verify(datagram);
        if (tag != HeartbeatReject.None) return tag;
        ReadOnlySpan<byte> nonce = datagram.Slice(HeartbeatLayout.SenderNonce, HeartbeatLayout.NonceBytes);
        if (nonce.SequenceEqual(_nonce)) return HeartbeatReject.OwnDatagram;
        if (!HeartbeatCodec.TryReadContent(datagram, out content)) return HeartbeatReject.BadContent;
        if (NameOf(datagram).SequenceEqual(NameOf(_out))) return HeartbeatReject.UnknownNode;
        if (!datagram.Slice(HeartbeatLayout.ReceiverNonce, HeartbeatLayout.NonceBytes).SequenceEqual(_nonce))
        {
            nonce.CopyTo(_candidate);
            _candidateKnown = true;
            return HeartbeatReject.NotEchoed;
        }

        return Accept(datagram, nonce, content, nowNs);
    }

    private HeartbeatReject Accept(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> nonce, in HeartbeatContent content, long nowNs)
    {
        ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(datagram[HeartbeatLayout.Sequence..]);
        bool same = _peerKnown && nonce.SequenceEqual(_peerNonce);
        if (same && sequence <= _peerSequence) return HeartbeatReject.Replayed;

        // The peer may restart within this start of ours; a recording of its earlier start repeats our nonce too.
        if (!same && IsRetired(nonce)) return HeartbeatReject.Replayed;
        if (!same && _peerKnown) Retire(_peerNonce);
        nonce.CopyTo(_peerNonce);
        _peerKnown = true;
        _candidateKnown = false;
        _peerSequence = sequence;
        _peerSentAtNs = content.SentAtNs;
        _peerHeardNs = nowNs;
        datagram.Slice(HeartbeatLayout.ConfigPrint, 2 * HeartbeatLayout.PrintBytes).CopyTo(_peerPrints);
        LearnName(datagram);
        long trip = nowNs - content.EchoedSentAtNs - content.HeldNs;
        if (content.EchoedSentAtNs != 0 && content.HeldNs >= 0 && trip >= 0) RoundTripNs = trip;
        return HeartbeatReject.None;
    }

    private bool IsRetired(ReadOnlySpan<byte> nonce)
    {
        int held = Math.Min(_retiredCount, RetiredNonces);
        for (int i = 0; i < held; i++)
        {
            if (nonce.SequenceEqual(_retired.AsSpan(i * HeartbeatLayout.NonceBytes, HeartbeatLayout.NonceBytes))) return true;
        }

        return false;
    }

    private void Retire(ReadOnlySpan<byte> nonce) =>
        nonce.CopyTo(_retired.AsSpan(_retiredCount++ % RetiredNonces * HeartbeatLayout.NonceBytes));

    private void LearnName(ReadOnlySpan<byte> datagram)
    {
        ReadOnlySpan<byte> name = datagram.Slice(HeartbeatLayout.NameLength, HeartbeatLayout.NameBytes + 1);
        if (name.SequenceEqual(_peerName)) return;
        name.CopyTo(_peerName);
        PeerNameVersion++;
    }

    private HeartbeatReject CheckForm(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < HeartbeatLayout.TotalBytes) return HeartbeatReject.Truncated;
        if (datagram[0] != HeartbeatLayout.Magic0 || datagram[1] != HeartbeatLayout.Magic1) return HeartbeatReject.WrongMagic;
        if (datagram[HeartbeatLayout.Version] != HeartbeatLayout.CurrentVersion) return HeartbeatReject.WrongVersion;
        return datagram[HeartbeatLayout.RouterId] == _routerId ? HeartbeatReject.None : HeartbeatReject.WrongRouterId;
    }

    private ReadOnlySpan<byte> Write(HeartbeatContent content, long nowNs, ReadOnlySpan<byte> receiver, bool receiverKnown)
    {
        content.SentAtNs = nowNs;
        content.EchoedSentAtNs = _peerSentAtNs;
        content.HeldNs = nowNs - _peerHeardNs;
        HeartbeatCodec.WriteContent(_out, content);
        Span<byte> echo = _out.AsSpan(HeartbeatLayout.ReceiverNonce, HeartbeatLayout.NonceBytes);
        if (receiverKnown) receiver.CopyTo(echo);
        else echo.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(_out.AsSpan(HeartbeatLayout.Sequence), ++_sequence);
        _keys.Sign(_out);
        return _out;
    }

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> datagram) =>
        datagram.Slice(HeartbeatLayout.Name, datagram[HeartbeatLayout.NameLength]);
}
