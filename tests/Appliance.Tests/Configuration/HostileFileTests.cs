using System.Text;
using Appliance.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Appliance.Tests.Configuration;

/// <summary>Whatever a file holds, loading ends soon with a configuration or with errors, never with an exception.</summary>
public sealed class HostileFileTests
{
    private static readonly string[] Samples = ["full.yaml", "single.yaml", "pair/a.yaml"];

    private static readonly string[] Fragments =
        ["[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "\t", "&a ", "*a", "!!x ", "${", "${A:-", "}", "\"", "'", "|\n", ">\n", "---\n", "...\n", "? ",
            "<<: ", "%TAG ! x\n", "null", "~", "\0", "\u0085", "\u2028", "\ufeff", "\\x", "99999999999999999999", "-1", "# ", "@", "`", "\r"];

    [Fact]
    public void AnyBytesGiveAConfigurationOrErrors() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => EndsWell(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void AnyPunctuationGivesAConfigurationOrErrors()
    {
        Gen<string> texts = Gen.Elements(Fragments).ArrayOf().Select(string.Concat);
        Prop.ForAll(texts.ToArbitrary(), text => EndsWell(Encoding.UTF8.GetBytes(text))).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void MutatedSampleGivesAConfigurationOrErrors()
    {
        string[] texts = [.. Samples.Select(name => File.ReadAllText(Repository.At("samples", name)))];
        Gen<string> mutants =
            from text in Gen.Elements(texts)
            from at in Gen.Choose(0, text.Length)
            from cut in Gen.Choose(0, Math.Min(12, text.Length - at))
            from fragment in Gen.Elements(Fragments)
            from again in Gen.Choose(0, text.Length - cut)
            select text.Remove(at, cut).Insert(at, fragment).Insert(again, fragment);
        Prop.ForAll(mutants.ToArbitrary(), text => EndsWell(Encoding.UTF8.GetBytes(text))).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("[", 1_000_000)]
    [InlineData("{a: ", 200_000)]
    [InlineData("- ", 400_000)]
    [InlineData("a:\n ", 200_000)]
    [InlineData("a,", 400_000)]
    [InlineData("? ", 400_000)]
    [InlineData("&a *a ", 100_000)]
    [InlineData("\"", 1_000_000)]
    [InlineData("'", 1_000_000)]
    [InlineData("x", 1_000_000)]
    [InlineData("zz: 1\n", 100_000)]
    [InlineData("!", 1_000_000)]
    [InlineData(" ", 1_000_000)]
    [InlineData("\n", 1_000_000)]
    [InlineData("#", 1_000_000)]
    public void RepetitionEndsWithFewErrors(string piece, int times)
    {
        string text = string.Concat(Enumerable.Repeat(piece, times));

        ConfigLoadResult result = Loading.Parse(text[..Math.Min(text.Length, ConfigLoader.MaximumBytes)]);

        Assert.True(result.Config is null != result.Errors.IsEmpty);
        Assert.InRange(result.Errors.Length, 0, ConfigErrors.Limit + 1);
    }

    [Fact]
    public void AliasBombIsRefusedAtItsFirstAlias()
    {
        string[] errors = Loading.Bad("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n");

        Assert.Contains("t.yaml:2:8: b[0]: aliases (*name) are not supported; a value that begins with * must be in quotes", errors);
    }

    [Fact]
    public void ThousandsOfMistakesAreCounted()
    {
        StringBuilder text = new("upstreams:\n");
        for (int i = 0; i < 3000; i++) text.Append("  - nam: a\n");

        string[] errors = Loading.Bad(text.ToString());

        Assert.Equal(ConfigErrors.Limit + 1, errors.Length);
        Assert.Equal("t.yaml: 8000 more errors", errors[^1]);
    }

    [Fact]
    public void NestingIsBoundedAtTheStatedDepth()
    {
        string deep = new string('[', YamlReader.MaximumDepth) + "x" + new string(']', YamlReader.MaximumDepth);

        Assert.Contains("deeper than 32 levels", Assert.Single(Loading.Bad(deep)), StringComparison.Ordinal);
        Assert.DoesNotContain("deeper", Assert.Single(Loading.Bad(deep[1..^1])), StringComparison.Ordinal);
    }

    [Fact]
    public void NumberOfValuesIsBounded()
    {
        string text = string.Concat(Enumerable.Repeat("- x\n", YamlReader.MaximumNodes));

        Assert.Contains("more than 20000 values", Assert.Single(Loading.Bad(text)), StringComparison.Ordinal);
        Assert.DoesNotContain("more than", Assert.Single(Loading.Bad(text[4..])), StringComparison.Ordinal);
    }

    private static bool EndsWell(byte[] content)
    {
        ConfigLoadResult result = ConfigLoader.Parse(content, "t.yaml", name => name == "A" ? "b" : null);
        return result.Config is null != result.Errors.IsEmpty && result.Errors.All(e => e.Line >= 0 && !e.ToString().Contains('\n'));
    }
}
