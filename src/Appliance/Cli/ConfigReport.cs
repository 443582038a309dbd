using Appliance.Configuration;

namespace Appliance.Cli;

/// <summary>Tells an operator what is wrong with a config file, and which exit code that is.</summary>
internal static class ConfigReport
{
    /// <summary>Loads; on failure every mistake goes to <paramref name="error"/>, one line each.</summary>
    public static ApplianceConfig? Load(string file, TextWriter error, out ExitCode code)
    {
        ConfigLoadResult result = ConfigLoader.Load(file, Environment.GetEnvironmentVariable);
        foreach (ConfigError mistake in result.Errors) error.WriteLine(mistake.ToString());
        code = result.Config is not null ? ExitCode.Ok : result.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid;
        return result.Config;
    }
}
