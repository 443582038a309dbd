using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Tests.Hosting;

public sealed class ApplyFailureTests
{
    [Theory]
    [InlineData(true, ExitCode.NotPermitted)]
    [InlineData(false, ExitCode.Failed)]
    public void AddressThatCannotBeHadIsExplained(bool notPermitted, object code)
    {
        Assert.True(ApplyFailure.TryExplain(new ListenException("listener web: no", notPermitted), out OrderResult result));
        Assert.Equal(((ExitCode)code, "listener web: no"), (result.Code, result.Text));
    }

    [Fact]
    public void DefectOfOursIsNot() => Assert.False(ApplyFailure.TryExplain(new InvalidOperationException("x"), out _));
}
