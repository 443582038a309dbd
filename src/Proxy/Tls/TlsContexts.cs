using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Tls;

/// <summary>Every context that a configuration needs, loaded together before anything of it applies.</summary>
internal sealed class TlsContexts
{
    private readonly Dictionary<string, TlsServerContext> _byListener = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TlsClientContext> _byUpstream = new(StringComparer.Ordinal);

    /// <summary>Reads all certificate files; whatever is wrong shows here.</summary>
    /// <exception cref="TlsException">The configuration cannot be applied: the message says what and why.</exception>
    internal TlsContexts(ProxySettings settings, TicketKeys? tickets, TimeProvider time)
    {
        if (!IsNeeded(settings)) return;
        TlsLibrary.Require();
        tickets ??= new TicketKeys(settings.ClusterKeys, time);
        foreach (ListenerSettings listener in settings.Listeners)
        {
            if (listener.Tls is { } tls) _byListener[listener.Name] = TlsServerContext.Load(listener, tls, tickets);
        }

        foreach (UpstreamSettings upstream in settings.Upstreams)
        {
            if (upstream.Tls is { } tls) _byUpstream[upstream.Name] = TlsClientContext.Load(tls);
        }

        Tickets = tickets;
    }

    /// <summary>The ticket keys in use; null: no TLS.</summary>
    internal TicketKeys? Tickets { get; }

    /// <summary>Every certificate in use, each file once.</summary>
    internal IEnumerable<CertificateStatus> Certificates =>
        _byListener.Values.SelectMany(one => one.Certificates).Concat(_byUpstream.Values.Select(one => one.Certificate).OfType<CertificateStatus>())
            .DistinctBy(one => one.File);

    /// <summary>A listener's; null: it is plain.</summary>
    internal TlsServerContext? OfListener(string name) => _byListener.GetValueOrDefault(name);

    /// <summary>An upstream's; null: it is plain.</summary>
    internal TlsClientContext? OfUpstream(string name) => _byUpstream.GetValueOrDefault(name);

    /// <summary>True when something in the settings speaks TLS.</summary>
    internal static bool IsNeeded(ProxySettings settings) =>
        settings.Listeners.Any(listener => listener.Tls is not null) || settings.Upstreams.Any(upstream => upstream.Tls is not null);
}
