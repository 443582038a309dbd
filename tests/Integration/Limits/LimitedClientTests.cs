using System.Globalization;
using Integration.Lab;

namespace Integration.Limits;

public sealed class LimitedClientTests
{
    private const string Url = $"http://{Laboratory.VirtualAddress}/limited";

    [Fact]
    public void AClientOverItsLimitGets429WithHeadersAndOthersAreServed()
    {
        using var pair = NodePair.Running();
        // Burst 5 and one a second: ten at once cannot all pass.
        string[] answers = [.. Enumerable.Range(0, 10).Select(_ => pair.Lab.Exec("client", "curl", "-si", "--max-time", "5", Url).Text)];

        Assert.All(answers.Take(5), answer => Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal));
        string rejected = answers[9];
        Assert.StartsWith("HTTP/1.1 429", rejected, StringComparison.Ordinal);
        Assert.True(int.Parse(Header(rejected, "Retry-After"), CultureInfo.InvariantCulture) >= 1);
        Assert.Contains("r=0", Header(rejected, "RateLimit"), StringComparison.Ordinal);
        Assert.Contains("q=5", Header(rejected, "RateLimit-Policy"), StringComparison.Ordinal);
        Assert.Equal("5", Header(rejected, "RateLimit-Limit"));
        Assert.Equal("0", Header(rejected, "RateLimit-Remaining"));
        Assert.Equal("token_bucket_exceeded", Header(rejected, "X-Appliance-Reason"));

        Assert.StartsWith("HTTP/1.1 200", pair.Lab.Exec("client", "curl", "-si", $"http://{Laboratory.VirtualAddress}/free").Text, StringComparison.Ordinal);
        _ = pair.Lab.Exec("client", "ip", "address", "add", "192.0.2.51/24", "dev", "eth0").Text;
        Assert.StartsWith("HTTP/1.1 200", pair.Lab.Exec("client", "curl", "-si", "--interface", "192.0.2.51", Url).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AReplacedBundleTakesEffectWithoutARestart()
    {
        using var pair = NodePair.Running();
        string stricter = File.ReadAllText(pair.A.BundlePath)
            .Replace("\"bundle_version\": 1", "\"bundle_version\": 2", StringComparison.Ordinal)
            .Replace("\"burst\": 5", "\"burst\": 1", StringComparison.Ordinal);
        string replacement = pair.A.BundlePath + ".new";
        File.WriteAllText(replacement, stricter);
        File.Move(replacement, pair.A.BundlePath, overwrite: true);

        Until.True("bundle 2 is loaded", () => pair.A.Status is { } status && status.GetProperty("bundle").GetProperty("version").ToString() == "2", 10, pair.A.Describe);

        _ = pair.Lab.Exec("client", "curl", "-s", Url);
        Assert.StartsWith("HTTP/1.1 429", pair.Lab.Exec("client", "curl", "-si", Url).Text, StringComparison.Ordinal);
    }

    private static string Header(string answer, string name)
    {
        string? line = answer.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line?[(name.Length + 1)..].Trim() ?? throw new InvalidOperationException($"no {name} in\n{answer}");
    }
}
