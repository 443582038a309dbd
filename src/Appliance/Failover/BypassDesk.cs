using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Proxy;
using Appliance.Vrrp;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Does what `ha.bypass` says while this node is in bypass: runs the operator's command, or lets the kernel redirect the traffic of the
/// addresses that this node holds. One caller; <see cref="Detail"/> for any reader.
/// </summary>
internal sealed class BypassDesk : IDisposable
{
    /// <summary>The command's time limit.</summary>
    public static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(5);

    private readonly BypassConfig _bypass;
    private readonly Func<ApplianceConfig> _config;
    private readonly ForwardingSwitch _forwarding;
    private readonly ILogger _log;
    private readonly PassthroughTable? _table;
    private Task _commands = Task.CompletedTask;
    private volatile string _detail = "";
    private bool _on;
    private long _offNs = long.MaxValue;
    private string _problem = "";

    /// <param name="bypass">What to do.</param>
    /// <param name="config">In force.</param>
    /// <param name="forwarding">The kernel's switch.</param>
    /// <param name="log">Gets what is done and what fails.</param>
    public BypassDesk(BypassConfig bypass, Func<ApplianceConfig> config, ForwardingSwitch forwarding, ILogger log)
    {
        _bypass = bypass;
        _config = config;
        _forwarding = forwarding;
        _log = log;
        if (bypass.Action != HaBypassAction.Passthrough) return;
        if (_forwarding.PutBack() is { } left) Complain(left); // of a run that crashed
        try
        {
            _table = PassthroughTable.Create();
        }
        catch (Win32Exception error)
        {
            Complain($"the kernel's table cannot be made: {error.Message}");
        }
    }

    /// <summary>What has been done, or why it failed; empty: nothing yet.</summary>
    public string Detail => _detail;

    /// <param name="report">Roles and addresses now.</param>
    /// <param name="upstreams">Their health now.</param>
    /// <param name="nowNs">Monotonic.</param>
    public void Look(HaReport report, ImmutableArray<UpstreamStatus> upstreams, long nowNs)
    {
        if (_bypass.Action == HaBypassAction.Command) Command(report.IsBypassed);
        else if (_table is not null) Redirect(_table, report, upstreams, nowNs);
    }

    public void Dispose()
    {
        if (_bypass.Action == HaBypassAction.Command) Command(bypassed: false); // the daemon goes, and with it whoever could end it
        _commands.Wait(2 * CommandLimit);
        _table?.Dispose();
        if (_forwarding.PutBack() is { } problem) Complain(problem);
    }

    private void Command(bool bypassed)
    {
        if (bypassed == _on || _bypass.Command is not { } file) return;
        _on = bypassed;
        string state = bypassed ? "on" : "off";
        _detail = $"{file} {state}: running";
        _commands = _commands.ContinueWith(_ => RunAsync(file, state), TaskScheduler.Default).Unwrap();
    }

    private async Task RunAsync(string file, string state)
    {
        CommandOutcome outcome = await OperatorCommand.RunAsync(file, [state], [], default, CommandLimit).ConfigureAwait(false);
        _detail = $"{file} {state}: {outcome.Text}";
        if (outcome.Ok) ApplianceLog.BypassDone(_log, _detail);
        else ApplianceLog.BypassFailed(_log, _detail);
    }

    private void Redirect(PassthroughTable table, HaReport report, ImmutableArray<UpstreamStatus> upstreams, long nowNs)
    {
        ImmutableArray<IPAddress> held =
        [
            .. report.Groups.Where(group => group.Role == RoleNames.Bypass && group.Held).SelectMany(group => group.VirtualAddresses)
                .Select(address => IPAddress.Parse(address.AsSpan(0, address.IndexOf('/')))),
        ];
        ImmutableArray<PassthroughTarget> wanted = PassthroughPlan.Of(_config(), held, upstreams, table.Targets);
        if (!wanted.SequenceEqual(table.Targets)) Change(table, wanted, nowNs);
        if (wanted.IsEmpty && _problem.Length == 0) _detail = held.IsEmpty ? "" : "no listener that the kernel could stand in for has a healthy server";
        if (table.Targets.IsEmpty && nowNs >= _offNs)
        {
            // Connections that were redirected had as long as connections have at any other end.
            _offNs = long.MaxValue;
            if (_forwarding.PutBack() is { } problem) Complain(problem);
        }
    }

    private void Change(PassthroughTable table, ImmutableArray<PassthroughTarget> wanted, long nowNs)
    {
        string? problem = wanted.IsEmpty ? null : _forwarding.TurnOn();
        problem ??= table.Set(wanted);
        if (problem is not null)
        {
            Complain(problem);
            return;
        }

        _problem = "";
        _offNs = wanted.IsEmpty ? nowNs + (long)_config().DrainTimeout.TotalNanoseconds : long.MaxValue;
        _detail = wanted.IsEmpty ? "" : string.Join(", ", wanted.Select(t => $"{t.Listener}{(t.IsDatagram ? "/udp" : "")} redirected to {t.Server}"));
        ApplianceLog.BypassDone(_log, wanted.IsEmpty ? "nothing is redirected any more" : _detail);
    }

    /// <summary>Tried again at the next look; said once.</summary>
    private void Complain(string problem)
    {
        if (problem == _problem) return;
        _problem = problem;
        _detail = $"FAILED: {problem}";
        ApplianceLog.BypassFailed(_log, problem);
    }
}
