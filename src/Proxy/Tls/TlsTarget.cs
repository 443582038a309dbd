using System.Net;
using System.Text;

namespace Appliance.Proxy.Tls;

/// <summary>
/// One server as one loop connects to it by TLS: the name it must prove, and the last session it gave, so that most handshakes are abbreviated
/// ones. Belongs to the loop.
/// </summary>
internal sealed class TlsTarget
{
    private string? _toldFailure;

    /// <summary>Aims at a server.</summary>
    /// <param name="context">How to connect.</param>
    /// <param name="server">Where: its name or address is what it must prove, unless the settings name another.</param>
    internal TlsTarget(TlsClientContext context, EndPoint server)
    {
        Context = context;
        string name = context.Settings.ServerName ?? (server is DnsEndPoint dns ? dns.Host : ((IPEndPoint)server).Address.ToString());
        if (IPAddress.TryParse(name, out IPAddress? address)) Address = address;
        HostBytes = Encoding.ASCII.GetBytes(name.TrimEnd('.') + '\0');
    }

    internal TlsClientContext Context { get; }

    /// <summary>The address to be proved; null: the name. Addresses are not sent as SNI (RFC 6066 section 3).</summary>
    internal IPAddress? Address { get; }

    /// <summary>The name, zero-terminated.</summary>
    internal byte[] HostBytes { get; }

    /// <summary>
    /// What the next connection offers to resume, as DER: each connection makes an object of its own of it, because OpenSSL marks the one that a
    /// connection used as spent, and whatever it copies from that one as well.
    /// </summary>
    internal byte[]? Session { get; set; }

    /// <summary>A handshake went well.</summary>
    internal void OnSecured() => _toldFailure = null;

    /// <summary>A handshake failed. True when that is news, to be logged: not the same again.</summary>
    internal bool OnFailed(string reason)
    {
        // What the server made of an old session may be why.
        Session = null;
        if (_toldFailure == reason) return false;
        _toldFailure = reason;
        return true;
    }
}
