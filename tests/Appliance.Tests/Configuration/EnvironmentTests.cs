using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

public sealed class EnvironmentTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("${A}", "1")]
    [InlineData("x${A}y${B:-2}z", "x1y2z")]
    [InlineData("${A:-2}", "1")]
    [InlineData("${EMPTY:-2}", "2")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${B:-}", "")]
    [InlineData("$${A}", "${A}")]
    [InlineData("${DOLLAR}${A}", "$1")]
    [InlineData("${NESTED}", "${A}")]
    [InlineData("$A $ {A} $", "$A $ {A} $")]
    public void ReferencesAreReplacedOnce(string written, string expected)
    {
        Dictionary<string, string> variables = new() { ["A"] = "1", ["EMPTY"] = "", ["DOLLAR"] = "$", ["NESTED"] = "${A}" };

        Assert.Null(new Substitution(variables.GetValueOrDefault).Apply(written, out string text));
        Assert.Equal(expected, text);
    }

    [Fact]
    public void ResultIsBounded()
    {
        string large = new('x', 40_000);

        Assert.NotNull(new Substitution(_ => large).Apply("${A}${A}", out string text));
        Assert.Equal("", text);
    }

    [Fact]
    public void NumbersAndSwitchesMayComeFromTheEnvironment()
    {
        Dictionary<string, string> variables = new() { ["PORT"] = "7500", ["PREEMPT"] = "false", ["NODE"] = "a: [b" };
        const string Yaml = """
            ha:
              primary: "${PRIMARY:-true}"
              interface: eth0
              virtual_router_id: 51
              virtual_addresses: ["${VIP:-192.0.2.100/24}"]
              port: ${PORT}
              preempt: ${PREEMPT}
            """;

        ConfigLoadResult result = Loading.Parse(Yaml, variables.GetValueOrDefault);

        Assert.Empty(Loading.Lines(result));
        Assert.Equal((true, 7500, false), (result.Config!.Ha!.Groups[0].Primary, result.Config.Ha.Port, result.Config.Ha.Preempt));
    }

    [Fact]
    public void ValueFromTheEnvironmentIsNotReadAsYaml()
    {
        string[] errors = Loading.Lines(Loading.Parse("node: ${NODE}", _ => "a\nadmin: {}"));

        Assert.Equal(["t.yaml:1:7: node: \"${NODE}\" is not a name of 1 to 63 letters, digits, '-', '_' and '.'"], errors);
    }
}
