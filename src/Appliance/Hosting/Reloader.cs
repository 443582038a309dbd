using System.Collections.Immutable;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Policies;
using Appliance.Systemd;
using Appliance.Vrrp;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// Puts a changed config in force: load, validate all, compile, then apply. Whatever fails before the last step leaves the old config
/// running, untouched; the answer says why. One reload at a time.
/// </summary>
internal sealed class Reloader(
    DaemonState daemon, ProxyPlan plan, Action<ApplianceConfig> published, Func<string> statusText, ServiceNotifier notifier,
    TimeProvider time, ILogger log)
{
    private readonly Lock _one = new();

    public OrderResult Reload()
    {
        lock (_one)
        {
            notifier.Reloading(time.GetTimestamp() * (1_000_000_000 / time.TimestampFrequency));
            OrderResult result = TryReload();
            daemon.Record(new ReloadReport(result.Code, time.GetUtcNow(), result.Text));
            if (result.Code == ExitCode.Ok) ApplianceLog.Reloaded(log, daemon.ConfigFile, result.Text);
            else ApplianceLog.ReloadRefused(log, daemon.ConfigFile, result.Text);
            notifier.Ready(result.Code == ExitCode.Ok ? statusText() : $"{statusText()}; reload refused: {result.Text}");
            return result;
        }
    }

    private OrderResult TryReload()
    {
        ConfigLoadResult loaded = ConfigLoader.Load(daemon.ConfigFile, Environment.GetEnvironmentVariable);
        if (loaded.Config is not { } next)
        {
            return new OrderResult(loaded.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid, Lines(loaded.Errors.Select(e => e.ToString())));
        }

        ConfigDifference difference = ConfigDifference.Between(daemon.Config, next);
        if (difference.NeedRestart.Length > 0)
        {
            IEnumerable<string> refused = difference.NeedRestart.Select(key =>
                next.Source.ErrorAt(key, "cannot be changed while the daemon runs; nothing was applied, restart it (systemctl restart appliance)").ToString());
            return new OrderResult(ExitCode.Failed, Lines(refused));
        }

        return Apply(next, difference);
    }

    private OrderResult Apply(ApplianceConfig next, ConfigDifference difference)
    {
        ImmutableArray<string> wrong = Failover.ElectionSettings.Read(next, out HaSettings? election, out ExitCode code);
        if (!wrong.IsEmpty) return new OrderResult(code, Lines(wrong));
        PolicyInputs? inputs = null;
        BundleRead? bundle = null;
        if (next.Policies is { } policies)
        {
            (inputs, ImmutableArray<string> mistakes) = PolicyInputs.Read(policies);
            if (inputs is null) return new OrderResult(ExitCode.Invalid, Lines(mistakes));
            bundle = daemon.PolicyFile?.Prepare(policies.File, inputs.Terms);
        }

        if (bundle is { Snapshot: null })
        {
            return new OrderResult(bundle.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid, Lines(bundle.Errors));
        }

        try
        {
            daemon.Proxy.Apply(plan.Compile(next));
        }
        catch (Exception error) when (ApplyFailure.TryExplain(error, out OrderResult refused))
        {
            return refused;
        }

        bool newBundle = bundle is not null && bundle.Snapshot!.Sha256 != daemon.Engine?.Current?.Sha256;
        if (daemon.Engine is { } engine && inputs is not null)
        {
            engine.Use(inputs.Engine);
            if (bundle is not null) daemon.PolicyFile!.Commit(next.Policies!.File, inputs.Terms, bundle);
            PolicyParts.WarnOfUnverified(engine, log);
        }

        if (election is not null) daemon.Ha?.SetKeys(election.Keys);
        daemon.Log.Level = LogLevels.Of(next.Log.Level);
        daemon.Config = next;
        published(next);
        return new OrderResult(ExitCode.Ok, Summary(difference, newBundle));
    }

    private static string Summary(ConfigDifference difference, bool newBundle)
    {
        IEnumerable<string> parts = difference.Changed;
        if (newBundle) parts = parts.Append("policy bundle");
        string changed = string.Join(", ", parts);
        return changed.Length == 0 ? "nothing has changed" : $"applied: {changed}";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
