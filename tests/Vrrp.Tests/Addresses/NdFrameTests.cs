using System.Net;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Vrrp.Tests.Addresses;

public class NdFrameTests
{
    private const ulong Mac = 0x020000000001;
    private static readonly UInt128 Vip = AddressNumber.Of(IPAddress.Parse("2001:db8::100"));
    private static readonly UInt128 Own = AddressNumber.Of(IPAddress.Parse("fe80::1"));

    [Fact]
    public void AnnouncementIsAnUnsolicitedAdvertisementThatOverrides()
    {
        const string Ethernet = "333300000001" + "020000000001" + "86DD";
        const string Header = "60000000" + "0020" + "3AFF" + "20010DB8000000000000000000000100" + "FF020000000000000000000000000001";
        const string Message = "8800F72C" + "20000000" + "20010DB8000000000000000000000100" + "0201020000000001";
        byte[] frame = new byte[NdFrame.Bytes];
        NdFrame.WriteAnnouncement(frame, Mac, Vip);
        Assert.Equal(Ethernet + Header + Message, Convert.ToHexString(frame));
        Assert.True(NdFrame.TryRead(frame.AsSpan(14), out NdFrame read));
        Assert.Equal(new NdFrame(NdFrame.Advertisement, Vip, Vip, Mac), read);
        Assert.Equal(new Sighting(Mac, Vip), read.Seen);
    }

    [Fact]
    public void SolicitationGoesToTheSolicitedNodeGroupAndProvesItsSender()
    {
        byte[] frame = new byte[NdFrame.Bytes];
        NdFrame.WriteSolicitation(frame, Mac, Own, Vip);
        Assert.Equal("3333FF000100", Convert.ToHexString(frame.AsSpan(0, 6)));
        Assert.Equal("FF0200000000000000000001FF000100", Convert.ToHexString(frame.AsSpan(38, 16)));
        uint sum = InternetChecksum.PseudoHeader6(Own, AddressNumber.SolicitedNode(Vip), 58, 32);
        Assert.Equal(0, InternetChecksum.Fold(InternetChecksum.Sum(frame.AsSpan(54), sum)));
        Assert.True(NdFrame.TryRead(frame.AsSpan(14), out NdFrame read));
        Assert.Equal(new Sighting(Mac, Own), read.Seen);
    }

    [Fact]
    public void WhatCameThroughARouterOrLiesAboutItsLengthsIsNotRead()
    {
        byte[] good = new byte[NdFrame.Bytes];
        NdFrame.WriteAnnouncement(good, Mac, Vip);
        Assert.True(Reads(good, 0, good[14]));
        Assert.False(Reads(good, 7, 254));
        Assert.False(Reads(good, 6, 112));
        Assert.False(Reads(good, 0, 0x40));
        Assert.False(Reads(good, 5, 33));
        Assert.False(Reads(good, 40, 133));
        Assert.False(Reads(good, 41, 1));
        Assert.False(Reads(good, 48, 0xff));
        Assert.False(Reads(good, 65, 0));
        Assert.False(Reads(good, 65, 2));
        Assert.True(Reads(good, 5, 24));
        Assert.False(Reads(good, 5, 23));
    }

    [Fact]
    public void AnyBytesGiveAPacketOrNone()
    {
        Prop.ForAll<byte[], byte>((bytes, at) =>
        {
            byte[] frame = new byte[NdFrame.Bytes];
            NdFrame.WriteSolicitation(frame, Mac, Own, Vip);
            for (int i = 0; i < bytes.Length; i++) frame[14 + ((at + i) % (frame.Length - 14))] = bytes[i];
            NdFrame.TryRead(frame.AsSpan(14), out _);
            return !NdFrame.TryRead(bytes, out _) || bytes.Length >= 56;
        }).QuickCheckThrowOnFailure();
    }

    private static bool Reads(byte[] good, int at, byte value)
    {
        byte[] changed = good[14..];
        changed[at] = value;
        return NdFrame.TryRead(changed, out _);
    }
}
