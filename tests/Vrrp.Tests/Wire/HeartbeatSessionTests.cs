using Appliance.Vrrp;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Vrrp.Tests.Wire;

public class HeartbeatSessionTests
{
    private static readonly byte[] Old = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] New = [.. Enumerable.Range(50, 32).Select(i => (byte)i)];
    private static readonly HeartbeatContent Content = new()
    {
        Word = new PeerWord { Role = HaRole.Active, Priority = 254, Fit = true, Primary = true, Evidence = LanEvidence.Proven, LanAddress = 0xc0000201, Reason = HaReason.PeerDead },
        LinkPairs = 2,
        IntervalUs = 100_000,
        SyncPosition = 7,
    };

    [Fact]
    public void AFirstExchangeLearnsTheNonceAndThenDatagramsAreBelieved()
    {
        (HeartbeatSession a, HeartbeatSession b) = (Make("a", 1), Make("b", 2));
        byte[] first = [.. a.Write(Content, 10)];
        Assert.Equal(HeartbeatReject.NotEchoed, b.Read(first, 20, out _));
        Assert.Equal(HeartbeatReject.None, a.Read(b.WriteAnswer(Content, 30), 40, out _));
        Assert.Equal(HeartbeatReject.None, b.Read(a.Write(Content, 50), 60, out HeartbeatContent read));
        Assert.Equal(Content.Word, read.Word);
        Assert.Equal("a", b.PeerName);
        Assert.Equal(30 - 30 + 20, b.RoundTripNs); // sent at 30, heard at 40, held 10, back at 60
    }

    public static TheoryData<string> Flags() => [.. typeof(PeerWord).GetFields().Where(field => field.FieldType == typeof(bool)).Select(field => field.Name)];

    [Theory]
    [MemberData(nameof(Flags))]
    public void EveryFlagOfTheWordArrivesAlone(string name)
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        object word = new PeerWord { Role = HaRole.Bypass, Priority = 1 };
        typeof(PeerWord).GetField(name)!.SetValue(word, true);
        Assert.Equal(HeartbeatReject.None, b.Read(a.Write(Content with { Word = (PeerWord)word }, 1), 1, out HeartbeatContent read));
        Assert.Equal(word, read.Word);
    }

    [Fact]
    public void ARecordedDatagramIsRefusedNowAndAfterEitherSideRestarts()
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        byte[] recorded = [.. a.Write(Content, 100)];
        Assert.Equal(HeartbeatReject.None, b.Read(recorded, 101, out _));
        Assert.Equal(HeartbeatReject.Replayed, b.Read(recorded, 102, out _));

        HeartbeatSession again = Make("a", 9);
        Join(again, b);
        Assert.Equal(HeartbeatReject.Replayed, b.Read(recorded, 103, out _));
        Assert.Equal(HeartbeatReject.None, b.Read(again.Write(Content, 104), 105, out _));

        Assert.Equal(HeartbeatReject.NotEchoed, Make("b", 8).Read(recorded, 106, out _));
    }

    [Fact]
    public void AReplayedFirstWordDoesNotDisturbTheSession()
    {
        HeartbeatSession b = Make("b", 2);
        byte[] oldHello = [.. Make("a", 7).Write(Content, 1)];
        HeartbeatSession a = Make("a", 1);
        Join(a, b);
        Assert.Equal(HeartbeatReject.NotEchoed, b.Read(oldHello, 10, out _));
        Assert.Equal(HeartbeatReject.None, a.Read(b.Write(Content, 11), 12, out _));
        Assert.Equal(HeartbeatReject.None, b.Read(a.Write(Content, 13), 14, out _));
    }

    [Fact]
    public void EveryFaultHasItsOwnReason()
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        byte[] good = [.. a.Write(Content, 100)];
        Assert.Equal(HeartbeatReject.Truncated, b.Read(good.AsSpan(0, good.Length - 1), 1, out _));
        Assert.Equal(HeartbeatReject.WrongMagic, b.Read(Changed(good, 0), 1, out _));
        Assert.Equal(HeartbeatReject.WrongVersion, b.Read(Changed(good, HeartbeatLayout.Version), 1, out _));
        Assert.Equal(HeartbeatReject.WrongRouterId, b.Read(Changed(good, HeartbeatLayout.RouterId), 1, out _));
        Assert.Equal(HeartbeatReject.UnknownKey, b.Read(Changed(good, HeartbeatLayout.KeyId), 1, out _));
        Assert.Equal(HeartbeatReject.BadTag, b.Read(Changed(good, HeartbeatLayout.Role), 1, out _));
        Assert.Equal(HeartbeatReject.BadTag, b.Read(Changed(good, good.Length - 1), 1, out _));
        Assert.Equal(HeartbeatReject.OwnDatagram, a.Read(good, 1, out _));
        Assert.Equal(HeartbeatReject.UnknownNode, Make("a", 3).Read(good, 1, out _));
        Assert.Equal(HeartbeatReject.BadContent, b.Read(a.Write(Content with { Word = Content.Word with { Role = (HaRole)9 } }, 1), 1, out _));
        Assert.Equal(HeartbeatReject.None, b.Read(good, 1, out _));
    }

    [Fact]
    public void ASecretIsRotatedWithoutASilence()
    {
        HeartbeatSession both = Make("b", 2, (1, Old), (2, New));
        HeartbeatSession signsOld = Make("a", 1, (1, Old));
        Join(signsOld, both);
        HeartbeatSession signsNew = Make("a", 3, (2, New), (1, Old));
        Join(signsNew, both);
        Assert.Equal(HeartbeatReject.None, both.Read(signsNew.Write(Content, 1), 1, out _));
        Assert.Equal(HeartbeatReject.UnknownKey, Make("b", 4, (1, Old)).Read(signsNew.Write(Content, 2), 2, out _));
        Assert.Equal(HeartbeatReject.BadTag, Make("b", 5, (2, Old)).Read(signsNew.Write(Content, 3), 3, out _));
    }

    [Fact]
    public void KeysAreReplacedWhileBothRunAndNoDatagramIsLost()
    {
        (HeartbeatSession a, HeartbeatSession b) = (Make("a", 1, (1, Old)), Make("b", 2, (1, Old)));
        Join(a, b);
        long now = 1000;
        void Exchange()
        {
            Assert.Equal(HeartbeatReject.None, b.Read(a.Write(Content, ++now), now, out _));
            Assert.Equal(HeartbeatReject.None, a.Read(b.Write(Content, ++now), now, out _));
        }

        foreach ((byte Id, byte[] Key)[] keys in new (byte, byte[])[][] { [(1, Old), (2, New)], [(2, New), (1, Old)], [(2, New)] })
        {
            a.Use(Keys(keys));
            Exchange();
            b.Use(Keys(keys));
            Exchange();
        }

        Assert.Equal(2, a.Write(Content, ++now)[HeartbeatLayout.KeyId]);
    }

    [Fact]
    public void AnyBytesGiveAValueOrAReason()
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        Prop.ForAll<byte[]>(bytes =>
        {
            byte[] mutated = [.. a.Write(Content, 5)];
            for (int i = 0; i + 1 < bytes.Length; i += 2) mutated[bytes[i] % mutated.Length] = bytes[i + 1];
            return Enum.IsDefined(b.Read(bytes, 1, out _)) && Enum.IsDefined(b.Read(mutated, 1, out _))
                && Enum.IsDefined(b.Read(bytes.Concat(mutated).ToArray(), 1, out _));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ReaderUndoesWriterForEveryFlag()
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        for (int bits = 0; bits < 128; bits++)
        {
            PeerWord word = Content.Word with
            {
                Primary = (bits & 1) != 0,
                Fit = (bits & 2) != 0,
                Leaving = (bits & 4) != 0,
                Listening = (bits & 8) != 0,
                LanSilent = (bits & 16) != 0,
                WantsRole = (bits & 32) != 0,
                SilenceTakeover = (bits & 64) != 0,
            };
            Assert.Equal(HeartbeatReject.None, b.Read(a.Write(Content with { Word = word }, bits + 1), bits + 2, out HeartbeatContent read));
            Assert.Equal(word, read.Word);
            Assert.Equal((Content.LinkPairs, Content.IntervalUs, Content.SyncPosition), (read.LinkPairs, read.IntervalUs, read.SyncPosition));
        }
    }

    [Fact]
    public void LongerDatagramsOfALaterVersionAreRead()
    {
        (HeartbeatSession a, HeartbeatSession b) = Joined();
        byte[] body = [.. a.Write(Content, 9)];
        byte[] longer = [.. body[..HeartbeatLayout.BodyBytes], 1, 2, 3, .. new byte[HeartbeatLayout.TagBytes]];
        new HeartbeatKeys([new ClusterKey(1, Old)]).Sign(longer);
        Assert.Equal(HeartbeatReject.None, b.Read(longer, 10, out _));
    }

    [Fact]
    public void ASecretIsNeverPrinted()
    {
        Assert.Equal("key 1", new ClusterKey(1, Old).ToString());
        Assert.Throws<ArgumentException>(() => new ClusterKey(1, new byte[15]));
    }

    private static byte[] Changed(byte[] datagram, int at)
    {
        byte[] changed = [.. datagram];
        changed[at] ^= 0x40;
        return changed;
    }

    private static (HeartbeatSession A, HeartbeatSession B) Joined()
    {
        (HeartbeatSession a, HeartbeatSession b) = (Make("a", 1), Make("b", 2));
        Join(a, b);
        return (a, b);
    }

    private static void Join(HeartbeatSession starting, HeartbeatSession other)
    {
        other.Read(starting.Write(Content, 1), 1, out _);
        Assert.Equal(HeartbeatReject.None, starting.Read(other.WriteAnswer(Content, 1), 1, out _));
        Assert.Equal(HeartbeatReject.None, other.Read(starting.Write(Content, 1), 1, out _));
    }

    private static HeartbeatSession Make(string node, byte nonce, params (byte Id, byte[] Secret)[] keys)
    {
        if (keys.Length == 0) keys = [(1, Old)];
        byte[] bytes = new byte[HeartbeatLayout.NonceBytes];
        Array.Fill(bytes, nonce);
        return new HeartbeatSession(Keys(keys), 51, node, bytes);
    }

    private static HeartbeatKeys Keys((byte Id, byte[] Secret)[] keys) => new([.. keys.Select(k => new ClusterKey(k.Id, k.Secret))]);
}
