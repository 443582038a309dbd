using System.Net.Sockets;
using Appliance.Admin;
using Appliance.Configuration;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;

namespace Appliance.Hosting;

/// <summary>From a config to what the data plane is told: its listeners, and the admin address, decision and control handlers of ours.</summary>
internal sealed class ProxyPlan(PolicyEngine? engine, DecisionStatistics decisions, int loops, string controlSocket, ClusterSecrets secrets)
{
    /// <summary>Name of the control socket's listener, in logs and status.</summary>
    public const string ControlListener = "control";

    private DaemonState? _daemon;
    private ControlHandler? _control;

    /// <summary>The handlers report on the daemon, and the daemon is complete only after the plan: they meet here, before the start.</summary>
    public void Connect(DaemonState daemon, ControlHandler control)
    {
        _daemon = daemon;
        _control = control;
    }

    public ProxySettings Compile(ApplianceConfig config)
    {
        if (_daemon is null || _control is null) throw new InvalidOperationException("not connected");
        DelayedRequests delayed = _daemon.Proxy.Delayed;
        var admin = new AdminHandler(_daemon, Decisions(delayed), new DebugSessionHandler(engine, decisions));
        ProxySettings settings = ProxyMapping.ToSettings(config, secrets.Read(config), admin, _ => Decisions(delayed));
        return settings with
        {
            Listeners = settings.Listeners.Add(new ListenerSettings
            {
                Name = ControlListener,
                Protocol = ListenerProtocol.Local,
                Address = new UnixDomainSocketEndPoint(controlSocket),
                Handler = _control,
            }),
        };
    }

    private DecisionHandler Decisions(DelayedRequests delayed) => new(engine, decisions, delayed, loops);
}
