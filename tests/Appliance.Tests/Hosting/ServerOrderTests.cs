namespace Appliance.Tests.Hosting;

/// <summary>`drain` and `ready` through the real binary and its control socket.</summary>
public sealed class ServerOrderTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();

    public ServerOrderTests()
    {
        _daemon.WriteConfig(DaemonUnderTest.FreePort());
        _daemon.StartAndWaitUntilReady();
    }

    public void Dispose() => _daemon.Dispose();

    [Theory]
    [InlineData("drain", "web/[2001:db8::1]:80", "upstream web has no server [2001:db8::1]:80; it has: 127.0.0.1:")]
    [InlineData("ready", "wbe/127.0.0.1:80", "no upstream is named wbe; there are: web")]
    [InlineData("drain", "web", "'web' is not UPSTREAM/SERVER")]
    public void ServerThatIsNotThereIsAnErrorThatNamesWhatIs(string order, string server, string text)
    {
        (int code, string output, string errors) = _daemon.Command(order, server);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(text, errors, StringComparison.Ordinal);
    }
}
