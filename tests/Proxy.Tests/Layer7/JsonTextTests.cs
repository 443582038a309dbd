using System.Text;
using System.Text.Json;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Layer7;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("plain /path?x=1&y", "plain /path?x=1&y")]
    [InlineData("a\"b\\c", "a\\u0022b\\u005cc")]
    [InlineData("a\r\n\t\0\x7f", "a\\u000d\\u000a\\u0009\\u0000\\u007f")]
    [InlineData("\xff\xc3\x28", "\\u00ff\\u00c3(")]
    public void EverythingThatIsNotPlainIsEscaped(string bytes, string expected) =>
        Assert.Equal((expected, true), Write(Encoding.Latin1.GetBytes(bytes), 200));

    [Fact]
    public void AnyBytesMakeAValidStringThatIsCutBetweenCharacters() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary(), Gen.Choose(0, 40).ToArbitrary(), (bytes, limit) =>
        {
            (string text, bool whole) = Write(bytes, limit);
            Assert.True(text.Length <= limit && text.All(c => c is >= ' ' and <= '~'));
            string read = JsonSerializer.Deserialize<string>($"\"{text}\"")!;
            string all = Encoding.Latin1.GetString(bytes);
            Assert.StartsWith(read, all, StringComparison.Ordinal);
            Assert.Equal(read.Length == all.Length, whole);
        }));

    private static (string Text, bool Whole) Write(byte[] bytes, int limit)
    {
        byte[] room = new byte[limit];
        var text = new HeadWriter(room);
        bool whole = JsonText.Write(ref text, bytes, limit);
        return (Encoding.ASCII.GetString(room, 0, text.Length), whole);
    }
}
