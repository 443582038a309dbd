using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Appliance.Admin;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Journal;
using Appliance.Limiter;
using Appliance.Proxy;
using Appliance.Systemd;
using Appliance.Vrrp;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// The daemon's life: load and validate, bind, take part in the election, report ready, wait for a signal, drain, end. Each part is
/// registered for disposal as soon as it exists, so that a failed start leaves nothing behind.
/// </summary>
internal sealed class Daemon : IDisposable
{
    private static readonly TimeSpan BundlePollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan HookLimit = TimeSpan.FromSeconds(10);

    private readonly Stack<IDisposable> _parts = new();
    private readonly DaemonOptions _options;
    private readonly DaemonLog _daemonLog;
    private readonly ILogger _log;
    private readonly StopSignal _signal;
    private readonly ServiceNotifier _notifier;
    private readonly DaemonState _state;
    private readonly RoleDesk _roles;
    private readonly VrrpNode? _node;
    private readonly HaWatch? _watch;
    private SocketStore? _store;
    private volatile string? _publishedBundle;

    private Daemon(DaemonOptions options, ApplianceConfig config)
    {
        long begin = Stopwatch.GetTimestamp();
        _options = options;
        try
        {
            var paths = DaemonPaths.FromEnvironment(options.Environment);
            Directories.Prepare(paths);
            _daemonLog = Own(new DaemonLog(LogLevels.Of(config.Log.Level), JournalStream.IsStandardError(options.Environment)));
            _log = _daemonLog.For("appliance");
            ApplianceLog.Starting(_log, ProductVersion.Text, config.Node, options.ConfigFile);
            _signal = Own(new StopSignal(_log));
            _notifier = Own(ServiceNotifier.FromEnvironment(options.Environment));

            int loops = Math.Clamp(Environment.ProcessorCount, 1, 64);
            PolicyParts? policies = config.Policies is { } section ? Own(PolicyParts.Create(section, paths, loops, options.Time, _log)) : null;
            FlapRecord? flaps = config.Ha is { } ha ? new FlapRecord(paths.StateDirectory, ha.FlapWindow, MonotonicBoot.Read, _log) : null;
            _node = VrrpNode.Create(config, () => flaps?.Load() ?? [], options.Time, _daemonLog.For("ha"));
            _watch = _node is null ? null : Own(CreateWatch(config.Ha!, _node, flaps, paths));
            var proxy = Own(new ProxyServer(loops, policies?.Engine, _daemonLog.For("proxy"), options.Time));
            _state = CreateState(config, policies, proxy, loops);
            _roles = Own(new RoleDesk(_node, _watch, new ProxyDrain(proxy, VirtualAddresses(config), () => _state.Config.DrainTimeout, options.Time), _state.Readiness, _notifier, _log));
            StartTraffic(paths, policies?.Engine, loops);
            StartElection(config);
            StartWatching(config);
            _state.Readiness.Started = true;
            _notifier.Ready(_roles.StatusText());
            ApplianceLog.Ready(_log, (long)Stopwatch.GetElapsedTime(begin).TotalMilliseconds, config.Listeners.Length, loops);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs until a signal; why a start failed goes to <paramref name="error"/>, line by line.</summary>
    public static ExitCode Run(DaemonOptions options, TextWriter error)
    {
        try
        {
            ConfigLoadResult loaded = ConfigLoader.Load(options.ConfigFile, options.Environment);
            if (loaded.Config is not { } config)
            {
                ExitCode code = loaded.NotPermitted ? ExitCode.NotPermitted : ExitCode.Invalid;
                throw new StartException(code, [.. loaded.Errors.Select(mistake => mistake.ToString())]);
            }

            using var daemon = new Daemon(options, config);
            return daemon.RunUntilStopped();
        }
        catch (StartException failure)
        {
            string prefix = JournalStream.IsStandardError(options.Environment) ? "<3>" : "";
            foreach (string line in failure.Lines) error.WriteLine(prefix + line);
            return failure.Code;
        }
    }

    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part)) part.Dispose();
    }

    private static ImmutableDictionary<int, ImmutableArray<IPAddress>> VirtualAddresses(ApplianceConfig config) =>
        (config.Ha?.Groups ?? []).ToImmutableDictionary(
            group => group.VirtualRouterId, group => group.VirtualAddresses.Select(address => address.Address).ToImmutableArray());

    private T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    private HaWatch CreateWatch(HaConfig ha, VrrpNode node, FlapRecord? flaps, DaemonPaths paths) => new(node, _options.Time, _log)
    {
        Upstreams = ha.TrackedUpstreams.IsEmpty ? null : new UpstreamTrack(ha.TrackedUpstreams, node),
        Bandwidth = ha.Bandwidth is { } bandwidth ? new BandwidthWatch(bandwidth, node, BandwidthWatch.CounterOf(bandwidth.Interface)) : null,
        Flaps = flaps,
        Bypass = ha.Bypass.Action == HaBypassAction.Standby
            ? null
            : new BypassDesk(ha.Bypass, () => _state!.Config, new ForwardingSwitch(ForwardingSwitch.Sysctl, ForwardingSwitch.PathIn(paths.RuntimeDirectory)), _log),
        Peer = new PeerMark(PeerMark.PathIn(paths.RuntimeDirectory), _log),
    };

    private DaemonState CreateState(ApplianceConfig config, PolicyParts? policies, ProxyServer proxy, int loops) => new(config)
    {
        ConfigFile = _options.ConfigFile,
        StartedAt = _options.Time.GetUtcNow(),
        Time = _options.Time,
        Log = _daemonLog,
        Readiness = new Readiness(),
        Pauses = new PauseWatch(),
        Decisions = new DecisionStatistics(loops),
        Proxy = proxy,
        AccessLog = Own(new AccessLogWriter(proxy.ReadAccessLog, Console.OpenStandardOutput(), JournalStream.IsStandardOutput(_options.Environment))),
        Table = policies?.Table,
        Engine = policies?.Engine,
        PolicyFile = policies?.File,
        Overrides = policies?.Overrides,
        Ha = _watch,
    };

    private void StartTraffic(DaemonPaths paths, PolicyEngine? engine, int loops)
    {
        var plan = new ProxyPlan(engine, _state.Decisions, loops, paths.ControlSocket, new ClusterSecrets(DaemonPaths.DefaultSecret, _log));
        Dictionary<string, int> inherited = PassedSockets.FromEnvironment(_options.Environment, Environment.ProcessId);
        SocketStore store = _store = new SocketStore(_notifier, inherited.Keys);
        void Published(ApplianceConfig next)
        {
            PublishFingerprints(next);
            store.Update(_state.Proxy.VisitListenSockets);
        }

        var reloader = new Reloader(_state, plan, Published, _roles.StatusText, _notifier, _options.Time, _log);
        plan.Connect(_state, new ControlHandler(_state, reloader, _roles, new ServerDesk(_state.Proxy.GetStatus, (upstream, server, drain) => _state.Proxy.SetServerDrain(upstream, server, drain) == ServerDrainResult.Done, _log), new PolicyOrders(_state.PolicyFile, _state.Overrides)));
        // What a crashed run left would drop clients that nobody watches. Without the privilege there can be nothing of ours either.
        _ = ProxyServer.RemoveOffloadTable();
        if (_watch?.Bypass is null) _ = PassthroughTable.Remove();
        try
        {
            _state.Proxy.Start(plan.Compile(_state.Config), inherited);
            store.Update(_state.Proxy.VisitListenSockets);
        }
        catch (Exception error) when (ApplyFailure.TryExplain(error, out OrderResult refused))
        {
            throw new StartException(refused.Code, refused.Text.Split('\n'));
        }

        _signal.Reload = () => Task.Run(reloader.Reload);
    }

    private void StartElection(ApplianceConfig config)
    {
        if (_node is null) return;
        Own(_node);
        PublishFingerprints(config);
        if (_watch is not null && config.Ha?.OnTransition is { } hook)
        {
            _watch.Hook = new TransitionHook(hook, HookLimit, () => StatusDocument.Bytes(_state.Capture()), _log);
        }

        _node.Start();
        _node.SetReady();
    }

    private void StartWatching(ApplianceConfig config)
    {
        TimeSpan? ping = WatchdogSettings.PingInterval(_options.Environment, Environment.ProcessId);
        TimeSpan check = config.Ha?.PeerCheckInterval ?? TimeSpan.Zero;
        var watch = new DataPlaneWatch(_node, check, _notifier, ping, _log);
        Own(new Ticker("watch", DataPlaneWatch.LookInterval, () => Look(watch), _log));
        if (_state is not { PolicyFile: { } file, Engine: { } engine }) return;
        var policies = new Policies.PolicyWatch(engine, _options.Time, _log);
        Own(new Ticker("bundle", BundlePollInterval, () => PollBundle(file, policies), _log));
    }

    private void Look(DataPlaneWatch watch)
    {
        long nowNs = (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;
        ProxyStatus proxy = _state.Proxy.GetStatus();
        watch.Look(proxy.Loops, nowNs);
        _state.Pauses.Look();
        _roles.RefreshStatus();
        _watch?.Look(proxy.Upstreams, nowNs);
    }

    private void PollBundle(Policies.PolicyFile file, Policies.PolicyWatch policies)
    {
        file.Poll();
        policies.Look();
        _state.Overrides?.Look();
        // An operator's rollback changes the bundle too, between two looks.
        if (_state.Engine?.Current?.Sha256 != _publishedBundle) PublishFingerprints(_state.Config);
    }

    private void PublishFingerprints(ApplianceConfig config)
    {
        if (_node is null) return;
        string? bundle = _publishedBundle = _state.Engine?.Current?.Sha256;
        _node.SetFingerprints(ConfigFingerprint.Of(config).Whole.AsSpan(), bundle is null ? stackalloc byte[32] : Convert.FromHexString(bundle));
    }

    private ExitCode RunUntilStopped()
    {
        string signal = _signal.Stopping.GetAwaiter().GetResult();
        ApplianceLog.Stopping(_log, signal);
        _notifier.Stopping("Draining");
        _state.Readiness.Draining = true;
        int cut = StopAsync().GetAwaiter().GetResult();
        ApplianceLog.Stopped(_log, cut);
        return ExitCode.Ok;
    }

    /// <summary>Not ready at once, the peer takes over, then what is under way may finish (dataplane.md section 7).</summary>
    private async Task<int> StopAsync()
    {
        _state.Proxy.SetDraining(true);
        Task<int> orderly = StopOrderlyAsync();
        Task atOnce = Task.Delay(Timeout.Infinite, _signal.AtOnce);
        await Task.WhenAny(orderly, atOnce).ConfigureAwait(false);
        return orderly.IsCompleted ? await orderly.ConfigureAwait(false) : OpenConnections();
    }

    private async Task<int> StopOrderlyAsync()
    {
        await _roles.LeaveAsync().ConfigureAwait(false);
        return await _state.Proxy.StopTrafficAsync(_state.Config.DrainTimeout, _store is { HoldsSockets: true }).ConfigureAwait(false);
    }

    private int OpenConnections() =>
        (int)_state.Proxy.GetStatus().Listeners.Where(listener => listener.Protocol != "local").Sum(listener => listener.ActiveConnections);
}
