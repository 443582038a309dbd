using Appliance.Limiter;

namespace Appliance.Proxy.Layer7;

/// <summary>What the access log will say about the request under way. Part of its exchange; filled as things happen, stores only.</summary>
internal sealed class AccessRecord
{
    /// <summary>Loop time at the first byte of the head.</summary>
    internal long StartNs { get; private set; }

    /// <summary>The status that went to the client; 0: none.</summary>
    internal int Status { get; set; }

    /// <summary>Why the answer was made here or the exchange failed.</summary>
    internal HttpError Error { get; set; }

    /// <summary>The policies' verdict; null: they were not asked.</summary>
    internal DecisionReason? Verdict { get; set; }

    /// <summary>The TLS version as text; null: plain.</summary>
    internal byte[]? TlsVersion { get; set; }

    /// <summary>The last attempt's pool, as JSON text; null: none was tried.</summary>
    internal byte[]? Upstream { get; private set; }

    /// <summary>The last attempt's server as text.</summary>
    internal byte[]? Server { get; private set; }

    /// <summary>Servers tried.</summary>
    internal int Attempts { get; private set; }

    /// <summary>How long the last attempt's connect took; negative: a kept connection was used, or none came about.</summary>
    internal long ConnectNs { get; private set; }

    /// <summary>From the request's sending to the head of the response; negative: none came.</summary>
    internal long ResponseNs { get; private set; }

    private long _stepNs;

    /// <summary>A request has begun to arrive.</summary>
    internal void Begin(long nowNs)
    {
        StartNs = nowNs;
        Status = Attempts = 0;
        Error = HttpError.None;
        Verdict = null;
        TlsVersion = Upstream = Server = null;
        ConnectNs = ResponseNs = -1;
    }

    /// <summary>A server was chosen: a connect begins, or a kept connection is used.</summary>
    internal void OnAttempt(byte[] upstream, byte[] server, long nowNs)
    {
        Attempts++;
        Upstream = upstream;
        Server = server;
        ConnectNs = ResponseNs = -1;
        _stepNs = nowNs;
    }

    /// <summary>The connect has succeeded; the request is about to be sent.</summary>
    internal void OnConnected(long nowNs)
    {
        ConnectNs = nowNs - _stepNs;
        _stepNs = nowNs;
    }

    /// <summary>The head of the final response is there.</summary>
    internal void OnResponse(long nowNs) => ResponseNs = nowNs - _stepNs;
}
