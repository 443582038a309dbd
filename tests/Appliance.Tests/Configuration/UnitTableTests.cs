using Appliance.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Appliance.Tests.Configuration;

public sealed class UnitTableTests
{
    public static TheoryData<string, string, long> Good => new()
    {
        { "time", "0ms", 0 }, { "time", "100ms", 100 }, { "time", "30s", 30_000 }, { "time", "5m", 300_000 }, { "time", "24h", 86_400_000 },
        { "size", "0", 0 }, { "size", "512", 512 }, { "size", "64k", 65_536 }, { "size", "128m", 134_217_728 }, { "size", "2g", 2_147_483_648 },
        { "rate", "1bps", 1 }, { "rate", "5kbps", 5_000 }, { "rate", "10Mbps", 10_000_000 }, { "rate", "1Gbps", 1_000_000_000 },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void QuantityIsRead(string table, string text, long expected)
    {
        Assert.True(TableOf(table).TryRead(text, out long amount));
        Assert.Equal(expected, amount);
        Assert.Matches($"^(?:{TableOf(table).Pattern})$", text);
    }

    [Theory]
    [InlineData("time", "")]
    [InlineData("time", "ms")]
    [InlineData("time", "5")]
    [InlineData("time", "5 s")]
    [InlineData("time", "1.5s")]
    [InlineData("time", "-5s")]
    [InlineData("time", "5S")]
    [InlineData("time", "1m30s")]
    [InlineData("time", "9223372036854775807h")]
    [InlineData("size", "")]
    [InlineData("size", "1kb")]
    [InlineData("size", "٣k")]
    [InlineData("size", "9223372036854775808")]
    [InlineData("rate", "10mbps")]
    [InlineData("rate", "10")]
    public void AnyOtherFormIsNot(string table, string text) => Assert.False(TableOf(table).TryRead(text, out _));

    [Fact]
    public void WrittenQuantityReadsBackTheSame() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            Gen.Elements("time", "size", "rate").ToArbitrary(),
            (amount, table) => TableOf(table).TryRead(TableOf(table).Format(amount), out long read) && read == amount)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static UnitTable TableOf(string name) => name switch
    {
        "time" => UnitTable.Milliseconds,
        "size" => UnitTable.Bytes,
        _ => UnitTable.BitsPerSecond,
    };
}
