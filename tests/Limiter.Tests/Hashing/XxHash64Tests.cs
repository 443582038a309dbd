using System.Text;
using Appliance.Limiter.Hashing;

namespace Limiter.Tests.Hashing;

public sealed class XxHash64Tests
{
    private const ulong Prime32 = 2654435761;

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void DigestsOfWellKnownTextsAreThePublishedOnes(string text, ulong digest) =>
        Assert.Equal(digest, XxHash64.DigestOf(Encoding.ASCII.GetBytes(text), 0));

    [Theory]
    [InlineData(0, 0, 0xEF46DB3751D8E999)]
    [InlineData(0, Prime32, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0, 0xE934A84ADB052768)]
    [InlineData(1, Prime32, 0x5014607643A9B4C3)]
    [InlineData(4, 0, 0x9136A0DCA57457EE)]
    [InlineData(14, 0, 0x8282DCC4994E35C8)]
    [InlineData(14, Prime32, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0, 0xB641AE8CB691C174)]
    [InlineData(222, Prime32, 0x20CB8AB7AE10C14A)]
    public void DigestsOfTheSanityBufferAreThePublishedOnes(int length, ulong seed, ulong digest)
    {
        var buffer = new byte[length];
        ulong generator = Prime32;
        for (int i = 0; i < length; i++)
        {
            buffer[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797;
        }

        Assert.Equal(digest, XxHash64.DigestOf(buffer, seed));
    }
}
