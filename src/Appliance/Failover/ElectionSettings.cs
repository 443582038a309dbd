using System.Collections.Immutable;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>Joins the ha section and the cluster secret.</summary>
internal static class ElectionSettings
{
    /// <summary>What is wrong with the cluster secret or with the section as the election sees it, each with its place; empty: nothing.</summary>
    public static ImmutableArray<string> Check(ApplianceConfig config, out ExitCode code) => Read(config, out _, out code);

    /// <summary>Null: a single node.</summary>
    /// <exception cref="StartException">The secret cannot be read, or the settings contradict each other.</exception>
    public static HaSettings? Read(ApplianceConfig config)
    {
        ImmutableArray<string> mistakes = Read(config, out HaSettings? settings, out ExitCode code);
        return mistakes.IsEmpty ? settings : throw new StartException(code, mistakes);
    }

    /// <summary>As <see cref="Check"/>, with what was read.</summary>
    public static ImmutableArray<string> Read(ApplianceConfig config, out HaSettings? settings, out ExitCode code)
    {
        settings = null;
        ImmutableArray<string> mistakes = ReadKeys(config, out ImmutableArray<ClusterKey> keys, out code);
        if (config.Ha is null || !mistakes.IsEmpty) return mistakes;
        settings = HaMapping.ToSettings(config, keys)!;
        mistakes = [.. settings.Validate().Select(mistake => Place(config, mistake))];
        if (!mistakes.IsEmpty) code = ExitCode.Invalid;
        return mistakes;
    }

    /// <summary>The election names the key below `ha` before a colon.</summary>
    private static string Place(ApplianceConfig config, string mistake)
    {
        int colon = mistake.IndexOf(": ", StringComparison.Ordinal);
        return config.Source.ErrorAt(colon < 0 ? "ha" : $"ha.{mistake[..colon]}", colon < 0 ? mistake : mistake[(colon + 2)..]).ToString();
    }

    private static ImmutableArray<string> ReadKeys(ApplianceConfig config, out ImmutableArray<ClusterKey> keys, out ExitCode code)
    {
        keys = [];
        code = ExitCode.Ok;
        if (config.Ha is not { Peer: not null } ha) return []; // adverts alone are not signed
        ClusterKeyResult result = ClusterKeyFile.Read(ha.SecretFile);
        keys = result.Keys;
        if (result.Errors.IsEmpty) return [];
        code = result.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid;
        return [.. result.Errors.Select(error => config.Source.ErrorAt("ha.secret_file", error.ToString()).ToString())];
    }
}
