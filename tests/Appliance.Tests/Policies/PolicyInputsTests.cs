using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Appliance.Configuration;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Tests.Hosting;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Policies;

/// <summary>Secrets, keys and terms that the `policies` section names.</summary>
public sealed class PolicyInputsTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new("inputs.");
    private readonly ECDsa _signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 1);

    public void Dispose()
    {
        _table.Dispose();
        _signer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void WhatTheSectionSaysReachesEngineAndBundle()
    {
        (PolicyInputs? inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(Config() with
        {
            Compatibility = PolicyCompatibility.Fairvisor,
            InstanceShare = 3,
            IsClosedWhenTableFull = true,
            DebugSecretFile = Write("secret", "0123456789abcdef\n"),
            PublicKeyFile = Write("key", _signer.ExportSubjectPublicKeyInfoPem()),
        });
        Assert.Empty(mistakes);
        Assert.Equal((PolicyCompatibility.Fairvisor, true), (inputs!.Engine.Compatibility, inputs.Engine.DebugKey!.IsSecret("0123456789abcdef"u8)));
        Assert.Equal((3, true, false), (inputs.Terms.Options.InstanceShare, inputs.Terms.Options.IsClosedWhenTableFull, inputs.Terms.Options.DropsExpiredOverrides));
        Assert.True(inputs.Terms.AtStart.DropsExpiredOverrides);
        Assert.Equal("ECDSA P-256", inputs.Terms.Signature!.Algorithm);
    }

    [Theory]
    [InlineData("", "must hold one line of at least 16 printable")]
    [InlineData("too short\n", "must hold one line of at least 16 printable")]
    [InlineData("0123456789abcdef\n0123456789abcdef\n", "must hold one line of at least 16 printable")]
    public void ASecretThatProtectsNothingIsRefusedAndNeverRepeated(string content, string mistake)
    {
        string file = Write("secret", content);
        string line = Assert.Single(PolicyInputs.Read(Config() with { DebugSecretFile = file }).Mistakes);
        Assert.StartsWith($"{file}: {mistake}", line, StringComparison.Ordinal);
        if (content.Length > 0) Assert.DoesNotContain(content[..5], line, StringComparison.Ordinal);
    }

    [Fact]
    public void ASecretThatEverybodyMayReadIsRefused()
    {
        string file = Write("secret", "0123456789abcdef\n");
        File.SetUnixFileMode(file, Private | UnixFileMode.OtherRead);
        Assert.Contains("chmod 0640", Assert.Single(PolicyInputs.Read(Config() with { DebugSecretFile = file }).Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void AllMistakesAreNamedAtOnce()
    {
        (PolicyInputs? inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(Config() with
        {
            DebugSecretFile = _folder.PathOf("none"),
            PublicKeyFile = Write("key", _signer.ExportPkcs8PrivateKeyPem()),
        });
        Assert.Null(inputs);
        Assert.Equal(2, mistakes.Length);
        Assert.Contains(mistakes, line => line.Contains("holds a private key", StringComparison.Ordinal));
    }

    [Fact]
    public void ABundleCountsOnlyWithItsSignature()
    {
        string bundle = _folder.PathOf("policies.json"), signature = bundle + ".sig";
        var engine = new PolicyEngine(_table, 1);
        var log = new RecordingLog();
        var file = new PolicyFile(engine, bundle, Terms(), new BundleArchive(_folder.PathOf("kept")), new VirtualClock(), log);
        File.WriteAllText(bundle, DaemonUnderTest.BundleText(1, 5));
        file.LoadAtStart();
        Assert.Null(engine.Current);
        Assert.Equal($"{signature}: the file does not exist; policies.public_key_file asks for a signature of every bundle", file.Status.Error);

        // The signature arrives after its bundle: that is a change too.
        Sign(bundle);
        file.Poll();
        Assert.Equal((1, null), (engine.Current?.Version, file.Status.Error));

        // Another content under the old signature stays outside, wherever it is read.
        File.WriteAllText(bundle, DaemonUnderTest.BundleText(2, 5));
        file.Poll();
        Assert.Equal(1, engine.Current?.Version);
        Assert.Contains("does not sign this bundle", file.Status.Error, StringComparison.Ordinal);
        Assert.Null(file.Prepare(bundle, Terms()).Snapshot);
        Sign(bundle);
        file.Poll();
        Assert.Equal((2, null), (engine.Current?.Version, file.Status.Error));
    }

    [Fact]
    public void OtherTermsCompileTheSameBundleAgain()
    {
        string bundle = _folder.PathOf("policies.json");
        File.WriteAllText(bundle, DaemonUnderTest.BundleText(1, 50));
        var engine = new PolicyEngine(_table, 1);
        var file = new PolicyFile(engine, bundle, new BundleTerms(), new BundleArchive(_folder.PathOf("kept")), new VirtualClock(), new RecordingLog());
        file.LoadAtStart();
        var shared = new BundleTerms { Options = new BundleOptions { InstanceShare = 2 } };
        file.Commit(bundle, shared, file.Prepare(bundle, shared));
        Assert.Equal(2, engine.Current?.InstanceShare);
    }

    private BundleTerms Terms()
    {
        var mistakes = ImmutableArray.CreateBuilder<string>();
        BundleTerms terms = BundleTerms.Read(Config() with { PublicKeyFile = Write("key", _signer.ExportSubjectPublicKeyInfoPem()) }, mistakes);
        Assert.Empty(mistakes);
        return terms;
    }

    private void Sign(string bundle) => File.WriteAllBytes(
        bundle + ".sig", _signer.SignData(File.ReadAllBytes(bundle), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private string Write(string name, string content)
    {
        string path = _folder.PathOf(name);
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes(content));
        File.SetUnixFileMode(path, Private);
        return path;
    }

    private static PoliciesConfig Config() => new() { File = "/none", Table = new TableConfig { MemoryBytes = 1 << 20 } };
}
