using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Cli;
using Appliance.Tests.Fixtures;

namespace Appliance.Tests.Cli;

/// <summary>`policy validate` and `policy test`, from their arguments to their exit codes.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly FixtureFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ValidatePrintsEveryErrorOfEveryFileWithItsPlace()
    {
        File.WriteAllText(_folder.PathOf("bad.json"), """
            {"bundle_version": 0, "policies": [
              {"id": "p", "spec": {"selector": {"pathPrefix": "x"}, "rules": []}}]}
            """);
        (int code, string output, string errors) = Run("policy", "validate", _folder.BundleFile, _folder.PathOf("bad.json"), _folder.PathOf("none.json"));
        Assert.Equal(2, code);
        Assert.Equal($"{_folder.BundleFile}: ok\n", output);
        Assert.Collection(
            Lines(errors),
            line => Assert.StartsWith($"{_folder.PathOf("bad.json")}:1:20: /bundle_version: ", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"{_folder.PathOf("bad.json")}:2:51: /policies/0/spec/selector/pathPrefix: ", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"{_folder.PathOf("none.json")}: no such file", line, StringComparison.Ordinal));
    }

    [Fact]
    public void LintsAloneAreNoFailureAndJsonHasTheirPlaces()
    {
        File.WriteAllText(_folder.BundleFile, """{"bundle_version": 3, "policies": [], "colour": 1}""");
        (int code, string output, _) = Run("policy", "validate", _folder.BundleFile);
        Assert.Equal(0, code);
        Assert.Contains(":1:49: /colour: unknown field, ignored (lint)", output, StringComparison.Ordinal);

        (code, output, _) = Run("policy", "validate", "--json", _folder.BundleFile, _folder.PathOf("none.json"));
        Assert.Equal(2, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.False(document.RootElement.GetProperty("ok").GetBoolean());
        JsonElement good = document.RootElement.GetProperty("bundles")[0];
        Assert.Equal(3, good.GetProperty("version").GetInt32());
        JsonElement lint = good.GetProperty("lints").EnumerateArray().Last();
        Assert.Equal(("/colour", 49), (lint.GetProperty("pointer").GetString(), lint.GetProperty("column").GetInt32()));
        Assert.Contains("no such file", document.RootElement.GetProperty("bundles")[1].GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateVerifiesTheSignatureBesideTheBundle()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder.PathOf("key.pem"), key.ExportSubjectPublicKeyInfoPem());
        string[] order = ["policy", "validate", "--public-key", _folder.PathOf("key.pem"), _folder.BundleFile];
        Assert.Contains("bundle.json.sig: the file does not exist", Run(order).Errors, StringComparison.Ordinal);

        byte[] signature = key.SignData(File.ReadAllBytes(_folder.BundleFile), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        File.WriteAllBytes(_folder.BundleFile + ".sig", signature);
        (int code, string output, _) = Run(order);
        Assert.Equal(0, code);
        Assert.Contains("ok, signed (ECDSA P-256)", output, StringComparison.Ordinal);

        File.AppendAllText(_folder.BundleFile, " ");
        (code, _, string errors) = Run(order);
        Assert.Equal(2, code);
        Assert.Contains("does not sign this bundle", errors, StringComparison.Ordinal);
        Assert.Equal(2, Run("policy", "validate", "--public-key", _folder.BundleFile, _folder.BundleFile).Code);
    }

    [Fact]
    public void TestPlaysEveryFixtureAndTheWorstDecidesTheExitCode()
    {
        Write("good.json", """{"bundle": "bundle.json", "steps": [{"path": "/v1/x", "expect": {"action": "allow"}}]}""");
        Write("fails.json", """{"bundle": "bundle.json", "steps": [{"path": "/v1/x", "expect": {"action": "reject"}}]}""");
        Write("broken.json", """{"bundle": "bundle.json", "stps": []}""");
        Assert.Equal(0, Run("policy", "test", _folder.PathOf("good.json")).Code);

        (int code, string output, string errors) = Run("policy", "test", _folder.PathOf("fails.json"), _folder.PathOf("good.json"));
        Assert.Equal(1, code);
        Assert.Contains("fails.json:1:76: /steps/0/expect/action: at 0s: expected action reject, got allow (all_rules_passed)", errors, StringComparison.Ordinal);
        Assert.EndsWith("1 of 2 fixtures are good\n", output, StringComparison.Ordinal);

        Assert.Equal(2, Run("policy", "test", _folder.PathOf("good.json"), _folder.PathOf("broken.json"), _folder.PathOf("fails.json")).Code);
        Assert.Equal(2, Run("policy", "test", _folder.PathOf("none.json")).Code);
        Assert.Equal(2, Run("policy", "test").Code);
    }

    [Fact]
    public void TestPlaysABareListOfRequestsAgainstANamedBundle()
    {
        Write("requests.json", """[{"at": "0s", "method": "GET", "path": "/v1/x", "headers": {}, "ip": "192.0.2.9", "expect": {"action": "allow", "reason": "all_rules_passed"}}]""");
        (int code, string output, string errors) = Run("policy", "test", _folder.BundleFile, "--requests", _folder.PathOf("requests.json"));
        Assert.Equal(("", 0), (errors, code));
        Assert.Contains("1 requests, 2 expectations hold", output, StringComparison.Ordinal);
        Assert.Equal(2, Run("policy", "test", _folder.BundleFile, _folder.BundleFile, "--requests", _folder.PathOf("requests.json")).Code);
    }

    [Fact]
    public void TestTellsProgramsTheSameAsJson()
    {
        Write("fails.json", """{"bundle": "bundle.json", "steps": [{"path": "/v1/x", "repeat": 3, "expect": {"action": "allow"}}]}""");
        (int code, string output, string errors) = Run("policy", "test", "--json", _folder.PathOf("fails.json"));
        Assert.Equal(("", 1), (errors, code));
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement fixture = document.RootElement.GetProperty("fixtures")[0];
        Assert.Equal(3, fixture.GetProperty("decisions").GetArrayLength());
        Assert.Equal(429, fixture.GetProperty("decisions")[2].GetProperty("status").GetInt32());
        Assert.Equal("2", fixture.GetProperty("decisions")[2].GetProperty("headers").GetProperty("RateLimit-Limit").GetString());
        JsonElement failure = Assert.Single(fixture.GetProperty("failures").EnumerateArray());
        Assert.Equal("/steps/0/expect/action", failure.GetProperty("pointer").GetString());
        Assert.Equal(3, failure.GetProperty("repetition").GetInt32());
    }

    [Theory]
    [InlineData("policy", "override", "shadow", "on", "--for", "1h")]
    [InlineData("policy", "override", "shadow", "on", "--reason", "x")]
    [InlineData("policy", "override", "all", "on", "--reason", "x", "--for", "1h")]
    [InlineData("policy", "override", "shadow", "maybe")]
    [InlineData("policy", "rollback", "0")]
    [InlineData("policy", "rollback", "4")]
    public void IncompleteOrderIsAUsageError(params string[] arguments)
    {
        (int code, string output, string errors) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("appliance: ", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var errors = new StringWriter();
        int code = CommandLine.Run(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private static string[] Lines(string text) => text.TrimEnd().Split('\n');

    private void Write(string name, string text) => File.WriteAllText(_folder.PathOf(name), text);
}
