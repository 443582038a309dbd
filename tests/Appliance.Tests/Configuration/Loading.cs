using System.Text;
using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

/// <summary>Loads configuration text as if it were a file.</summary>
internal static class Loading
{
    /// <summary>A file that is right, for tests that add to it.</summary>
    public const string Minimal = """
        listeners:
          - name: web
            address: 192.0.2.1:80
            routes:
              - upstream: api
        upstreams:
          - name: api
            servers:
              - address: 198.51.100.21:8080
        """;

    /// <summary>The result for a text, without environment.</summary>
    public static ConfigLoadResult Parse(string yaml) => Parse(yaml, _ => null);

    /// <summary>The result for a text.</summary>
    public static ConfigLoadResult Parse(string yaml, Func<string, string?> environment) =>
        ConfigLoader.Parse(Encoding.UTF8.GetBytes(yaml), "t.yaml", environment);

    /// <summary>The configuration of a text that must be right.</summary>
    public static ApplianceConfig Good(string yaml)
    {
        ConfigLoadResult result = Parse(yaml);
        Assert.Empty(Lines(result));
        return result.Config!;
    }

    /// <summary>The errors of a text that must be wrong, one line each.</summary>
    public static string[] Bad(string yaml)
    {
        ConfigLoadResult result = Parse(yaml);
        Assert.Null(result.Config);
        return Lines(result);
    }

    /// <summary>The errors of a result, one line each.</summary>
    public static string[] Lines(ConfigLoadResult result) => [.. result.Errors.Select(e => e.ToString())];
}
