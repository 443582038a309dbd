
using Appliance.Proxy.Layer4;

namespace Appliance.Proxy.Listeners;

/// <summary>Totals of one listener on one loop: one writer, plain increments; whoever shows them sums over the loops.</summary>
internal sealed class ListenerCounters
{
    private readonly long[] _requestsByClass = new long[6];
    private readonly long[] _proxyHeaders = new long[(int)ProxyHeaderRefusal.TimedOut + 1];
    private readonly long[] _clientHellos = new long[(int)ClientHelloRefusal.TimedOut + 1];

    internal long Accepted { get; set; }

    internal long Active { get; set; }

    internal long ReceivedBytes { get; set; }

    internal long SentBytes { get; set; }

    internal long RejectedByPolicy { get; set; }

    /// <summary>TLS handshakes completed, full and abbreviated.</summary>
    internal long Handshakes { get; set; }

    /// <summary>Of them, those that resumed a session.</summary>
    internal long ResumedHandshakes { get; set; }

    /// <summary>TLS handshakes that failed or took too long.</summary>
    internal long FailedHandshakes { get; set; }

    /// <summary>Counts one answer by its status class.</summary>
    internal void CountAnswer(int status) => _requestsByClass[(uint)(status / 100) < 6 ? status / 100 : 5]++;

    internal long Answers(int statusClass) => _requestsByClass[statusClass];

    /// <summary>Counts a connection that was closed for its PROXY protocol header.</summary>
    internal void CountProxyHeader(ProxyHeaderRefusal refusal) => _proxyHeaders[(int)refusal]++;

    internal long ProxyHeaders(ProxyHeaderRefusal refusal) => _proxyHeaders[(int)refusal];

    /// <summary>Counts a connection that was closed because no upstream could be chosen by its ClientHello.</summary>
    internal void CountClientHello(ClientHelloRefusal refusal) => _clientHellos[(int)refusal]++;

    internal long ClientHellos(ClientHelloRefusal refusal) => _clientHellos[(int)refusal];
}
