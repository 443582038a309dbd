using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Health;

/// <summary>Checks one server again and again, from one loop: when, and what follows. The first check comes at once.</summary>
internal sealed class HealthChecker : LoopTimer
{
    private readonly EventLoop _loop;
    private readonly UpstreamPool _pool;
    private readonly HealthCheckSettings _settings;
    private readonly Random _random;
    private readonly HealthProbe _probe;
    private bool _stopped;

    /// <summary>Prepares; nothing runs yet.</summary>
    /// <param name="loop">Where the checks run.</param>
    /// <param name="pool">Told of the results.</param>
    /// <param name="state">The server.</param>
    /// <param name="settings">What is checked and how often.</param>
    /// <param name="random">Source of the jitter.</param>
    internal HealthChecker(EventLoop loop, UpstreamPool pool, ServerState state, HealthCheckSettings settings, Random random)
    {
        _loop = loop;
        _pool = pool;
        State = state;
        _settings = settings;
        _random = random;
        _probe = new HealthProbe(loop, pool, state, settings);
    }

    /// <summary>Who is checked.</summary>
    internal ServerState State { get; }

    /// <summary>From any thread.</summary>
    internal void Start() => _loop.Post(() => OnDeadline(_loop.NowNs));

    /// <summary>From any thread. A check under way is given up and has no result.</summary>
    internal void Stop() => _loop.Post(() =>
    {
        _stopped = true;
        _loop.Timers.Cancel(this);
        _probe.Abandon();
    });

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs)
    {
        if (!_stopped) _ = CheckAsync(nowNs);
    }

    private async Task CheckAsync(long startNs)
    {
        try
        {
            string? failure = await _probe.RunAsync();
            if (!_stopped) _pool.OnChecked(State, _settings, failure, _loop);
        }
        catch (Exception error)
        {
            // A bug of ours is no verdict on the server; but checks must go on.
            _pool.OnCheckBroken(error);
        }

        if (_stopped) return;
        long nextNs = startNs + HealthVerdict.DelayNs(_settings.Interval, _random.NextDouble());
        _loop.Timers.Arm(this, Math.Max(nextNs, _loop.NowNs));
    }
}
