using Appliance.Journal;

namespace Appliance.Tests.Journal;

public sealed class JournalStreamTests
{
    [Theory]
    [InlineData("9:4711", "socket:[4711]", true)]
    [InlineData("9:4711", "socket:[4712]", false)]
    [InlineData("9:4711", "/dev/pts/0", false)]
    [InlineData("9:4711", null, false)]
    [InlineData("4711", "socket:[4711]", false)]
    [InlineData("9:", "socket:[]", false)]
    [InlineData("", "socket:[4711]", false)]
    [InlineData(null, "socket:[4711]", false)]
    public void OnlyTheSocketThatSystemdNamedCounts(string? variable, string? descriptor, bool journal) =>
        Assert.Equal(journal, JournalStream.Matches(variable, () => descriptor));
}
