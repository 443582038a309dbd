using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;

namespace Proxy.Tests.Support;

/// <summary>A proxy whose one listener enforces a bundle, with a real engine and table.</summary>
internal sealed class PolicyRig : IAsyncDisposable
{
    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 42);

    /// <param name="upstream">The one server.</param>
    /// <param name="rules">The rules of the one policy, as JSON.</param>
    /// <param name="change">Makes other settings of the listener.</param>
    /// <param name="maximumDelayed">How many requests may wait.</param>
    public PolicyRig(Upstream upstream, string rules, Func<ListenerSettings, ListenerSettings>? change = null, int maximumDelayed = 10_000)
    {
        string bundle = $$$"""{"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/"}, "rules": [{{{rules}}}]}}]}""";
        BundleReadResult read = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(bundle), DateTimeOffset.UnixEpoch);
        Assert.Empty(read.Errors);
        Engine = new PolicyEngine(_table, 1);
        Engine.Apply(read.Snapshot!);
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        ListenerSettings listener = settings.Listeners[0] with { EnforcePolicies = true };
        Proxy = new ProxyRig(settings with { MaximumDelayed = maximumDelayed, Listeners = [change?.Invoke(listener) ?? listener] }, 1, Engine);
    }

    public ProxyRig Proxy { get; }

    public PolicyEngine Engine { get; }

    public Task<RawPeer> ConnectAsync() => Proxy.ConnectAsync();

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        _table.Dispose();
    }
}
