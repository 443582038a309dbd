using System.Text.RegularExpressions;
using Integration.Lab;

namespace Integration.Start;

/// <summary>Mistakes of an operator: one clear line each, the promised exit code, and nothing half-started.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void AnUnknownKeyIsNamedWithItsPlaceByCheckAndByRun()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings { Extra = "surprise: 1\n" });

        foreach (var result in new[] { node.Cli("check", "--config", node.ConfigPath), node.RunToEnd() })
        {
            result.AssertExitCode(2);
            Assert.Matches($@"{node.ConfigPath}:\d+:\d+: surprise: ", result.Output + result.Error);
            AssertNothingStarted(lab, node);
        }
    }

    [Fact]
    public void AMissingConfigIsNamed()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings());
        File.Delete(node.ConfigPath);

        var result = node.RunToEnd();

        result.AssertExitCode(2);
        Assert.Contains(node.ConfigPath, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckRefusesABadBundleWithItsPlace()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings { Bundle = BadBundle });

        var result = node.Cli("check", "--config", node.ConfigPath);

        result.AssertExitCode(2);
        Assert.Contains(node.BundlePath, result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("burst", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void RunGoesOnWithABadBundleButIsNotReady()
    {
        using var pair = new NodePair(new NodeSettings { Bundle = BadBundle });
        pair.A.Start();

        pair.A.AwaitRole("active");

        Assert.Equal("503", AdminCode(pair, "/readyz"));
        Assert.Equal("200", AdminCode(pair, "/livez"));
        Assert.Equal("503", AdminCode(pair, "/v1/decision"));
        // `on_policy_failure` is open unless the operator says otherwise.
        Assert.Contains("hello from upstream-", pair.Lab.Exec("client", "curl", "-s", "--max-time", "5", $"http://{Laboratory.VirtualAddress}/").Text, StringComparison.Ordinal);
        Assert.NotEqual("", pair.A.Status!.Value.GetProperty("bundle").GetProperty("error").ToString());
    }

    [Fact]
    public void APortInUseEndsTheStart()
    {
        using var lab = Laboratory.Build();
        NodeWebServer.Start(lab, "a");
        using var node = new ApplianceNode(lab, "a", new NodeSettings());

        var result = node.RunToEnd();

        result.AssertExitCode(1);
        Assert.Contains($"{Laboratory.VirtualAddress}:80", result.Output + result.Error, StringComparison.Ordinal);
        AssertNothingStarted(lab, node);
    }

    [Fact]
    public void AMissingSecretEndsTheStart()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings());
        File.Delete(node.SecretPath);

        var result = node.RunToEnd();

        result.AssertExitCode(2);
        Assert.Contains(node.SecretPath, result.Output + result.Error, StringComparison.Ordinal);
        AssertNothingStarted(lab, node);
    }

    [Theory]
    [InlineData("-all", "Permission denied|CAP_NET_")]
    [InlineData("-all,+net_bind_service", "CAP_NET_(ADMIN|RAW)")]
    public void AMissingCapabilityEndsTheStart(string capabilities, string reason)
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings());

        // Still the owner of every file, but without the right to touch the network.
        var result = node.RunToEnd("setpriv", $"--bounding-set={capabilities}", "--inh-caps=-all");

        result.AssertExitCode(4);
        Assert.True(Regex.IsMatch(result.Output + result.Error, reason), result.ToString());
        AssertNothingStarted(lab, node);
    }

    [Fact]
    public void AnUnreadableSecretEndsTheStart()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings());
        File.SetUnixFileMode(node.SecretPath, UnixFileMode.None);

        // Everything the daemon may have, and not the right to read what it may not.
        var result = node.RunToEnd("setpriv", "--bounding-set=-all,+net_admin,+net_raw,+net_bind_service", "--inh-caps=-all");

        result.AssertExitCode(4);
        Assert.Contains(node.SecretPath, result.Output + result.Error, StringComparison.Ordinal);
        AssertNothingStarted(lab, node);
    }

    [Fact]
    public void CommandsSayThatNoDaemonRuns()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings());

        var result = node.Cli("status");

        result.AssertExitCode(3);
        Assert.NotEmpty(result.Error.Trim());
    }

    private const string BadBundle = """
        {
          "bundle_version": 1,
          "policies": [
            {
              "id": "p",
              "spec": {
                "selector": { "pathPrefix": "/" },
                "rules": [
                  {
                    "name": "r",
                    "limit_keys": ["ip:address"],
                    "algorithm": "token_bucket",
                    "algorithm_config": { "tokens_per_second": 10, "burst": -1 }
                  }
                ]
              }
            }
          ]
        }
        """;

    private static string AdminCode(NodePair pair, string path) =>
        pair.Lab.Exec("a", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", $"http://127.0.0.1:9900{path}").Output;

    private static void AssertNothingStarted(Laboratory lab, ApplianceNode node)
    {
        Assert.False(node.HoldsAddress);
        Assert.DoesNotContain(":9900", lab.Exec("a", "ss", "-ltnH").Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(node.Home, "run", "control.sock")));
    }
}
