using System.Collections.Immutable;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>Joins the ha section and the cluster secret.</summary>
internal static class ElectionSettings
{
    /// <summary>What is wrong with the cluster secret, each with the place that names its file; empty: nothing.</summary>
    public static ImmutableArray<string> CheckSecret(ApplianceConfig config, out ExitCode code) => ReadKeys(config, out _, out code);

    /// <summary>Null: a single node.</summary>
    /// <exception cref="StartException">The secret cannot be read, or the settings contradict each other.</exception>
    public static HaSettings? Read(ApplianceConfig config)
    {
        if (config.Ha is null) return null;
        ImmutableArray<string> mistakes = ReadKeys(config, out ImmutableArray<ClusterKey> keys, out ExitCode code);
        if (!mistakes.IsEmpty) throw new StartException(code, mistakes);
        HaSettings settings = HaMapping.ToSettings(config, keys)!;
        ImmutableArray<string> wrong = settings.Validate();
        if (wrong.IsEmpty) return settings;
        throw new StartException(ExitCode.Invalid, [.. wrong.Select(mistake => $"{config.Source.File}: ha.{mistake}")]);
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
