using System.Collections.Immutable;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Limiter;
using Appliance.Policies;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>The limiter as the daemon runs it: table, engine, bundle file. Owns the table.</summary>
internal sealed class PolicyParts(LimiterTable table, PolicyEngine engine, PolicyFile file, OverrideDesk overrides) : IDisposable
{
    public LimiterTable Table { get; } = table;

    public PolicyEngine Engine { get; } = engine;

    public PolicyFile File { get; } = file;

    public OverrideDesk Overrides { get; } = overrides;

    /// <summary>Makes them; the bundle is loaded, or the node starts without one and is not ready (policies.md A15).</summary>
    /// <exception cref="StartException">The table's memory cannot be had.</exception>
    public static PolicyParts Create(PoliciesConfig config, DaemonPaths paths, int lanes, TimeProvider time, ILogger log)
    {
        (PolicyInputs? inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(config);
        if (inputs is null) throw new StartException(ExitCode.Invalid, string.Join('\n', mistakes));
        ulong seed = HashSeedFile.LoadOrCreate(paths.HashSeedFile, log);
        LimiterTable table;
        try
        {
            table = LimiterTable.Create(config.Table.MemoryBytes, seed);
        }
        catch (Exception error) when (error is IOException or OutOfMemoryException)
        {
            throw new StartException(
                ExitCode.Failed, $"policies.table.memory: {config.Table.MemoryBytes} bytes cannot be had ({error.Message}); choose less");
        }

        var engine = new PolicyEngine(table, lanes);
        var file = new PolicyFile(engine, config.File, inputs.Terms, new BundleArchive(paths.BundleDirectory), time, log);
        engine.Use(inputs.Engine);
        file.LoadAtStart();
        WarnOfUnverified(engine, log);
        var overrides = new OverrideDesk(engine, paths.OverrideFile, time, log);
        overrides.LoadAtStart();
        return new PolicyParts(table, engine, file, overrides);
    }

    /// <summary>Rules that look at claims which nobody verifies are right only behind a gateway that does.</summary>
    public static void WarnOfUnverified(PolicyEngine engine, ILogger log)
    {
        if (engine.Current is { ReadsClaims: true } && engine.Settings.Sources.Jwt.Keys.Count == 0) ApplianceLog.ClaimsUnverified(log);
    }

    public void Dispose() => Table.Dispose();
}
