using Appliance.Failover;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class ForwardingSwitchTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-forward-");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("0\n", "0", true)]
    [InlineData("1\n", "1\n", false)]
    public void WhatWasThereIsPutBackAlsoByAnotherProcess(string before, string after, bool kept)
    {
        File.WriteAllText(Sysctl, before);
        Assert.Null(Begin().TurnOn());
        Assert.Equal("1", File.ReadAllText(Sysctl).Trim());
        Assert.Equal(kept, File.Exists(Saved));
        Assert.Null(Begin().TurnOn()); // a second time must not take our own value for the one before
        Assert.Null(Begin().PutBack());
        Assert.Equal(after, File.ReadAllText(Sysctl));
        Assert.False(File.Exists(Saved));
    }

    [Fact]
    public void NothingIsPutBackThatWasNotTurned()
    {
        File.WriteAllText(Sysctl, "1");
        Assert.Null(Begin().PutBack());
        Assert.Equal("1", File.ReadAllText(Sysctl));
    }

    [Fact]
    public void ASysctlThatCannotBeWrittenIsNamed() => Assert.StartsWith(Sysctl, Begin().TurnOn(), StringComparison.Ordinal);

    private string Sysctl => _directory.PathOf("ip_forward");

    private string Saved => ForwardingSwitch.PathIn(_directory.FullName);

    private ForwardingSwitch Begin() => new(Sysctl, Saved);
}
