using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Tls;

/// <summary>Loads what TLS settings name, as a start would, and lets go of it again.</summary>
public static class CertificateCheck
{
    /// <summary>Looks at a listener's certificates, keys, authorities and ciphers.</summary>
    /// <returns>What works but should be seen to: certificates that have expired.</returns>
    /// <exception cref="TlsException">It cannot be as configured; the message names file and reason.</exception>
    public static ImmutableArray<string> Look(string listener, TlsSettings settings, TimeProvider time)
    {
        TlsLibrary.Require();
        var place = new ListenerSettings { Name = listener, Protocol = ListenerProtocol.Http, Address = new IPEndPoint(IPAddress.Loopback, 0) };
        return Expired(TlsServerContext.Load(place, settings, new TicketKeys([], time)).Certificates, time);
    }

    /// <summary>The same for what an upstream's servers are shown and verified with.</summary>
    /// <exception cref="TlsException">As above.</exception>
    public static ImmutableArray<string> Look(UpstreamTlsSettings settings, TimeProvider time)
    {
        TlsLibrary.Require();
        return TlsClientContext.Load(settings).Certificate is { } own ? Expired([own], time) : [];
    }

    private static ImmutableArray<string> Expired(ImmutableArray<CertificateStatus> certificates, TimeProvider time) =>
        [.. certificates.Where(one => one.NotAfter <= time.GetUtcNow()).Select(Text)];

    private static string Text(CertificateStatus certificate) =>
        $"{certificate.File}: the certificate expired on {certificate.NotAfter.ToString("u", CultureInfo.InvariantCulture)}; it is used all the same";
}
