using System.Net;
using System.Text.Json;

namespace Appliance.Tests.Hosting;

/// <summary>The policy bundle in the real binary: rollover, refusal, fallback to the last good one.</summary>
public sealed class BundleLifeTests : IDisposable
{
    private readonly DaemonUnderTest _daemon = new();
    private readonly Upstream _upstream = new("through");

    public BundleLifeTests() => _daemon.WriteConfig(_upstream.Port, policies: true);

    public void Dispose()
    {
        _daemon.Dispose();
        _upstream.Dispose();
    }

    [Fact]
    public async Task AFileReplacedByRenameIsEnforcedWithoutAnOrder()
    {
        _daemon.WriteBundle(1, burst: 100);
        _daemon.StartAndWaitUntilReady();
        Assert.Equal(HttpStatusCode.OK, await WebAsync());
        _daemon.WriteBundle(2, burst: 1);
        await VersionBecomesAsync(2);
        Assert.Equal(HttpStatusCode.TooManyRequests, await _daemon.EventuallyAsync(WebAsync, code => code == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task ABadFileChangesNothingAndARestartWithItUsesTheLastGoodBundle()
    {
        _daemon.WriteBundle(1, burst: 100);
        _daemon.StartAndWaitUntilReady();
        await File.WriteAllTextAsync(_daemon.BundleFile, "{ broken");
        JsonElement bundle = await _daemon.EventuallyAsync(BundleAsync, seen => seen.GetProperty("error").ValueKind == JsonValueKind.String);
        Assert.StartsWith($"{_daemon.BundleFile}:1:", bundle.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, bundle.GetProperty("version").GetInt32());
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync());

        (int code, _, string errors) = _daemon.Command("reload");
        Assert.Equal(2, code);
        Assert.StartsWith($"{_daemon.BundleFile}:1:", errors, StringComparison.Ordinal);

        _daemon.Signal("TERM");
        Assert.Equal(0, _daemon.WaitForExit());
        _daemon.StartAndWaitUntilReady();
        bundle = await BundleAsync();
        Assert.Equal(1, bundle.GetProperty("version").GetInt32());
        Assert.Equal("archive", bundle.GetProperty("origin").GetString());
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync());
    }

    [Fact]
    public async Task WithoutAnyGoodBundleItStartsNotReadyAndMendsItselfWithTheFile()
    {
        await File.WriteAllTextAsync(_daemon.BundleFile, "{\n \"bundle_version\": 0, \"policies\": []}");
        (int code, _, string errors) = _daemon.Command("check", "--config", _daemon.ConfigFile);
        Assert.Equal(2, code);
        Assert.StartsWith($"{_daemon.BundleFile}:2:20: /bundle_version: ", errors, StringComparison.Ordinal);

        _daemon.StartAndWaitUntilReady();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync());
        using (HttpResponseMessage decision = await _daemon.Http.GetAsync("/v1/decision/x"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, decision.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, await WebAsync()); // on_policy_failure: open
        Assert.Contains("appliance_no_bundle_loaded 1\n", await _daemon.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);

        _daemon.WriteBundle(1, burst: 100);
        await _daemon.EventuallyAsync(ReadyAsync, status => status == HttpStatusCode.OK);
    }

    [Fact]
    public void ABundleIsValidatedWithoutADaemon()
    {
        _daemon.WriteBundle(1, burst: 1);
        Assert.Equal(0, _daemon.Command("policy", "validate", _daemon.BundleFile).Code);
        Assert.Equal(0, _daemon.Command("check", "--config", _daemon.ConfigFile).Code);
        File.WriteAllText(_daemon.BundleFile, "{\"bundle_version\": 1, \"policies\": [], \"colour\": 1}");
        (int code, string output, _) = _daemon.Command("policy", "validate", _daemon.BundleFile);
        Assert.Equal(0, code); // a lint alone is no failure
        Assert.Contains("(lint)", output, StringComparison.Ordinal);
        File.WriteAllText(_daemon.BundleFile, "[]");
        Assert.Equal(2, _daemon.Command("policy", "validate", _daemon.BundleFile).Code);
        Assert.Equal(2, _daemon.Command("policy", "validate", "/nowhere/policies.json").Code);
    }

    private async Task<HttpStatusCode> WebAsync()
    {
        using HttpResponseMessage answer = await _daemon.Http.GetAsync(new Uri($"http://127.0.0.1:{_daemon.WebPort}/"));
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> ReadyAsync()
    {
        using HttpResponseMessage answer = await _daemon.Http.GetAsync("/readyz");
        return answer.StatusCode;
    }

    private async Task<JsonElement> BundleAsync()
    {
        using JsonDocument status = JsonDocument.Parse(await _daemon.Http.GetStringAsync("/v1/status"));
        return status.RootElement.GetProperty("bundle").Clone();
    }

    private Task<JsonElement> VersionBecomesAsync(int version) => _daemon.EventuallyAsync(
        BundleAsync, bundle => bundle.TryGetProperty("version", out JsonElement seen) && seen.GetInt32() == version);
}
