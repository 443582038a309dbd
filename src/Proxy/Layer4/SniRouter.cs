using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer4;

/// <summary>Chooses the upstream of a tcp connection by the name in its ClientHello, which goes on untouched.</summary>
internal static class SniRouter
{
    /// <summary>Looks at the ClientHello.</summary>
    /// <returns>Null: the connection is to be closed; that is counted.</returns>
    internal static async ValueTask<UpstreamPool?> FindAsync(Connection client, ListenerSnapshot snapshot, ListenerCounters counters)
    {
        byte[] name = new byte[ClientHelloParser.MaximumName];
        ClientHello hello = default;
        HeadProgress progress = await FirstBytes.PeekAsync(
            client, client.Loop.NowNs + snapshot.Timeouts.RequestHeader, bytes => (hello = ClientHelloParser.Parse(bytes, name)).Progress);
        ClientHelloRefusal refusal = progress switch
        {
            HeadProgress.Complete => ClientHelloRefusal.None,
            HeadProgress.Refused => hello.Refusal,
            _ => client.Error == ConnectionError.TimedOut ? ClientHelloRefusal.TimedOut : ClientHelloRefusal.Ended,
        };
        UpstreamPool? pool = refusal switch
        {
            ClientHelloRefusal.None => snapshot.Routes.Find(name.AsSpan(0, hello.NameLength), "/"u8)?.Pool ?? snapshot.Pool,
            ClientHelloRefusal.NotTls => snapshot.Pool,
            _ => null,
        };
        if (pool is null) counters.CountClientHello(refusal == ClientHelloRefusal.None ? ClientHelloRefusal.NoRoute : refusal);
        return pool;
    }
}
