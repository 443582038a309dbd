using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.DebugSessions;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.DebugSessions;

public sealed class DebugSessionTests
{
    private const long Now = 1_770_129_000;
    private static readonly DebugSessionKey Key = new("correct horse"u8);

    [Fact]
    public void AValueIsTheExpiryAndItsMac()
    {
        byte[] mac = HMACSHA256.HashData("correct horse"u8, "1770129900"u8);
        Assert.Equal($"1770129900.{Convert.ToBase64String(mac).TrimEnd('=').Replace('+', '-').Replace('/', '_')}", Mint());
    }

    [Fact]
    public void ASessionEndsAfterItsLifetime()
    {
        Assert.True(Verify(Mint(), Now));
        Assert.True(Verify(Mint(), Now + DebugSessionKey.LifetimeSeconds - 1));
        Assert.False(Verify(Mint(), Now + DebugSessionKey.LifetimeSeconds));
    }

    [Fact]
    public void AnotherSecretsValueIsRefused() => Assert.False(new DebugSessionKey("correct horsf"u8).Verify(Encoding.ASCII.GetBytes(Mint()), Now));

    [Fact]
    public void EveryChangedByteIsRefused()
    {
        byte[] value = Encoding.ASCII.GetBytes(Mint());
        for (int at = 0; at < value.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                value[at] ^= (byte)(1 << bit);
                Assert.False(Key.Verify(value, Now), $"byte {at}, bit {bit}");
                value[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void OtherFormsAreRefused()
    {
        string good = Mint();
        string mac = good[good.IndexOf('.', StringComparison.Ordinal)..];
        foreach (string other in (string[])["", ".", mac, "9999999999" + mac, "01770129900" + mac, "+1770129900" + mac, "9999999999999" + mac, good + "=", good + " ", good[..^1], good + ".x"])
            Assert.False(Verify(other, Now), other);
    }

    [Fact]
    public void ArbitraryBytesAreRefusedAndNeverAnException() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] bytes) => !Key.Verify(bytes, Now) && !Key.Verify([.. "1770129900."u8, .. bytes], Now) && !Key.IsSecret(bytes)));

    [Fact]
    public void TheSecretItselfIsAsked()
    {
        Assert.True(Key.IsSecret("correct horse"u8));
        foreach (string other in (string[])["", "correct", "correct horse ", "Correct horse"]) Assert.False(Key.IsSecret(Encoding.ASCII.GetBytes(other)), other);
        Assert.Throws<ArgumentException>(() => new DebugSessionKey([]));
    }

    [Theory]
    [InlineData("fv_dbg=1.x", "1.x")]
    [InlineData("a=b; fv_dbg=1.x;c=d", "1.x")]
    [InlineData("a=b;fv_dbg=1.x; fv_dbg=2.y", "1.x")]
    [InlineData("fv_dbg=", "")]
    [InlineData("xfv_dbg=1.x", null)]
    [InlineData("fv_dbg2=1.x; FV_DBG=3", null)]
    [InlineData("a=fv_dbg=1.x", null)]
    [InlineData(";;;", null)]
    [InlineData("", null)]
    public void TheCookieIsFoundAmongOthers(string header, string? expected)
    {
        bool isFound = DebugCookie.TryFind(Encoding.ASCII.GetBytes(header), out ReadOnlySpan<byte> value);
        Assert.Equal(expected, isFound ? Encoding.ASCII.GetString(value) : null);
    }

    [Fact]
    public void TheCookieIsForThisHostOnlyAndHiddenFromScripts()
    {
        Assert.Equal("fv_dbg=1.x; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Strict", DebugCookie.SetCookie("1.x"u8));
        Assert.Equal("fv_dbg=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict", DebugCookie.Cleared);
    }

    [Fact]
    public void VerifyingAllocatesNothing()
    {
        byte[] value = Encoding.ASCII.GetBytes(Mint());
        int good = 0;
        for (int i = 0; i < 100; i++) good += Key.Verify(value, Now) ? 1 : 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) good += Key.Verify(value, Now) ? 1 : 0;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
        Assert.Equal(1100, good);
    }

    private static string Mint()
    {
        byte[] room = new byte[DebugSessionKey.MaxValueLength];
        return Encoding.ASCII.GetString(room, 0, Key.Mint(Now, room));
    }

    private static bool Verify(string value, long nowSeconds) => Key.Verify(Encoding.ASCII.GetBytes(value), nowSeconds);
}
