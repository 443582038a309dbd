using System.Net;
using System.Text.Json;
using Appliance.Tests.Hosting;

namespace Appliance.Tests.Cli;

/// <summary>Orders about policies through the real binary and its control socket.</summary>
public sealed class PolicyOrderTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();
    private readonly Upstream _upstream = new("through");

    public PolicyOrderTests()
    {
        _daemon.WriteConfig(_upstream.Port, policies: true);
        _daemon.WriteBundle(1, burst: 100);
        _daemon.StartAndWaitUntilReady();
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _upstream.Dispose();
    }

    [Fact]
    public async Task RollbackIsEnforcedShownAndKeptOverARestart()
    {
        _daemon.WriteBundle(2, burst: 1);
        await BundleBecomesAsync(bundle => bundle.GetProperty("version").GetInt32() == 2);
        (int code, string output, _) = _daemon.Command("policy", "rollback");
        Assert.Equal(0, code);
        Assert.StartsWith("rolled back from version 2 to 1, sha256 ", output, StringComparison.Ordinal);
        await BundleBecomesAsync(bundle => bundle.GetProperty("version").GetInt32() == 1 && bundle.GetProperty("origin").GetString() == "rollback");
        Assert.Contains("(rolled back at ", _daemon.Command("status").Output, StringComparison.Ordinal);
        string[] history = _daemon.Command("policy", "history").Output.TrimEnd().Split('\n');
        Assert.Collection(
            history,
            line => Assert.Contains("  rolled_back  ", line, StringComparison.Ordinal),
            line => Assert.Contains("  in_force ", line, StringComparison.Ordinal));
        using (JsonDocument document = JsonDocument.Parse(_daemon.Command("policy", "history", "--json").Output))
        {
            Assert.Equal([2, 1], document.RootElement.EnumerateArray().Select(bundle => bundle.GetProperty("version").GetInt32()));
        }

        (code, _, string errors) = _daemon.Command("policy", "rollback");
        Assert.Equal(1, code);
        Assert.StartsWith("0 older good bundles are kept", errors, StringComparison.Ordinal);

        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        _daemon.StartAndWaitUntilReady();
        await BundleBecomesAsync(bundle => bundle.GetProperty("version").GetInt32() == 1 && bundle.GetProperty("origin").GetString() == "rollback");

        Assert.Equal(0, _daemon.Command("reload").Code);
        await BundleBecomesAsync(bundle => bundle.GetProperty("version").GetInt32() == 2 && bundle.GetProperty("origin").GetString() == "file");
    }

    [Fact]
    public async Task OverrideLetsPassWhatIsRejectedUntilItIsTakenBack()
    {
        _daemon.WriteBundle(2, burst: 1);
        await BundleBecomesAsync(bundle => bundle.GetProperty("version").GetInt32() == 2);
        await _daemon.EventuallyAsync(DecideAsync, status => status == HttpStatusCode.TooManyRequests);

        (int code, string output, string errors) = _daemon.Command("policy", "override", "shadow", "on", "--reason", "too strict & 100% wrong", "--for", "30m");
        Assert.Equal(("", 0), (errors, code));
        Assert.StartsWith("global_shadow is on until ", output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await DecideAsync());
        Assert.Contains("(by order): too strict & 100% wrong", _daemon.Command("status").Output, StringComparison.Ordinal);

        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        _daemon.StartAndWaitUntilReady();
        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, await DecideAsync());

        Assert.Equal("global_shadow is off\n", _daemon.Command("policy", "override", "global_shadow", "off").Output);
        await _daemon.EventuallyAsync(DecideAsync, status => status == HttpStatusCode.TooManyRequests);
        Assert.Equal(2, _daemon.Command("policy", "override", "shadow", "on", "--reason", "x", "--for", "25h").Code);
    }

    [Fact]
    public void WithoutPoliciesTheOrdersSaySo()
    {
        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        _daemon.WriteConfig(_upstream.Port);
        _daemon.StartAndWaitUntilReady();
        foreach (string[] order in (string[][])[["rollback"], ["history"], ["override", "shadow", "off"]])
        {
            (int code, _, string errors) = _daemon.Command(["policy", .. order]);
            Assert.Equal(1, code);
            Assert.StartsWith("no policies are configured", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WithoutADaemonTheOrdersCannotReachIt()
    {
        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        Assert.Equal(3, _daemon.Command("policy", "history").Code);
        Assert.Equal(3, _daemon.Command("policy", "rollback").Code);
    }

    private async Task<HttpStatusCode> DecideAsync()
    {
        using HttpResponseMessage answer = await _daemon.Http.GetAsync("/v1/decision/x");
        return answer.StatusCode;
    }

    private Task<JsonElement> BundleBecomesAsync(Func<JsonElement, bool> good) => _daemon.EventuallyAsync(BundleAsync, good);

    private async Task<JsonElement> BundleAsync()
    {
        using JsonDocument status = JsonDocument.Parse(await _daemon.Http.GetStringAsync("/v1/status"));
        return status.RootElement.GetProperty("bundle").Clone();
    }
}
