using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Limiter.Descriptors;
using Appliance.Policies;
using TestSupport;

namespace Appliance.Tests.Policies;

/// <summary>Key files and address lists: all or none, and every mistake by file and line.</summary>
public sealed class DescriptorFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("descriptors.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsNamedIsRead()
    {
        DescriptorSources sources = Read(new JwtConfig
        {
            Keys = [new JwtKeyConfig(Write("secret", "base64:" + Convert.ToBase64String(new byte[32])), "HS256", "a")],
            Issuer = "us",
            Leeway = TimeSpan.FromSeconds(3),
        }, new IpListsConfig(Write("country", "192.0.2.0/24 CH\n"), null, null, Write("tor", "# exits\n203.0.113.7/32\n"))).Sources!;
        Assert.Equal((1, "us", 3), (sources.Jwt.Keys.Count, sources.Jwt.Issuer, sources.Jwt.Leeway.Seconds));
        Assert.Equal((1, null, 1), (sources.Countries!.Count, sources.Asns, sources.TorExits!.Count));
    }

    [Fact]
    public void EveryMistakeIsNamedAndNothingIsPutInForce()
    {
        string missing = _folder.PathOf("missing.pem"), list = Write("country", "192.0.2.0/24 CH\n192.0.2.0/33 CH\n");
        string weak = Write("weak", "short");
        (DescriptorSources? sources, var mistakes) = Read(
            new JwtConfig { Keys = [new(missing, "RS256", null), new(weak, "HS256", null)], JwksFile = Write("jwks", "{") }, new IpListsConfig(list, null, null, null));
        Assert.Null(sources);
        Assert.Contains($"{missing}: the file does not exist", mistakes);
        Assert.Contains(mistakes, mistake => mistake.StartsWith($"{list}:2: ", StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.StartsWith(weak, StringComparison.Ordinal) && !mistake.Contains("short,", StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.Contains("jwks", StringComparison.Ordinal));
    }

    private string Write(string name, string content)
    {
        string path = _folder.PathOf(name);
        File.WriteAllText(path, content);
        return path;
    }

    private static (DescriptorSources? Sources, ImmutableArray<string> Mistakes) Read(JwtConfig jwt, IpListsConfig lists)
    {
        var config = new PoliciesConfig { File = "/none", Table = new TableConfig { MemoryBytes = 1 << 20 }, Jwt = jwt, IpLists = lists };
        (PolicyInputs? inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(config);
        return (inputs?.Engine.Sources, mistakes);
    }
}
