using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Tls;

/// <summary>
/// What a listener needs to answer TLS handshakes: a context of OpenSSL for each set of certificates that serves a name, and the table of names.
/// Immutable; a reload makes a new one, and connections keep the one they began with.
/// </summary>
internal sealed class TlsServerContext
{
    private const int NameLimit = 253;

    /// <summary>Forward secrecy and authenticated encryption only.</summary>
    private const string DefaultCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

    private readonly Dictionary<string, SslContextHandle> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SslContextHandle>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<nint, byte[]> _staples = [];

    private TlsServerContext(
        ListenerSettings listener, TlsSettings settings, TicketKeys tickets, ImmutableArray<LoadedCertificate> certificates,
        List<byte[]>? authorities)
    {
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        StrictNames = settings.StrictSni;
        Tickets = tickets;
        Certificates = [.. certificates.Select(certificate => certificate.Status)];
        byte[] sessionContext = SessionContext(listener.Name, settings, authorities);
        var bySet = new Dictionary<string, SslContextHandle>(StringComparer.Ordinal);
        SslContextHandle ContextOf(string? name)
        {
            ImmutableArray<int> set = SetOf(certificates, name);
            string key = string.Join(',', set);
            if (bySet.TryGetValue(key, out SslContextHandle? known)) return known;
            return bySet[key] = Build(listener, settings, [.. set.Select(i => certificates[i])], authorities, sessionContext);
        }

        Default = ContextOf(certificates[0].Names.FirstOrDefault());
        foreach (string name in certificates.SelectMany(certificate => certificate.Names).Distinct()) _byName[name] = ContextOf(name);
    }

    /// <summary>Serves whoever asks for no known name.</summary>
    internal SslContextHandle Default { get; }

    /// <summary>An unknown name is refused.</summary>
    internal bool StrictNames { get; }

    /// <summary>Protects the session tickets.</summary>
    internal TicketKeys Tickets { get; }

    /// <summary>What is served, for status.</summary>
    internal ImmutableArray<CertificateStatus> Certificates { get; }

    /// <summary>Reads the files and sets everything up.</summary>
    /// <exception cref="TlsException">It cannot be as configured.</exception>
    internal static TlsServerContext Load(ListenerSettings listener, TlsSettings settings, TicketKeys tickets)
    {
        if (settings.Certificates.IsDefaultOrEmpty) throw new TlsException($"listener {listener.Name}: TLS needs a certificate");
        List<byte[]>? authorities = settings.ClientCaFile is { } file ? PemFile.ReadCertificates(file) : null;
        return new TlsServerContext(
            listener, settings, tickets, [.. settings.Certificates.Select(one => LoadedCertificate.Load(one))], authorities);
    }

    /// <summary>The context for a name: its own entry, else that of the wildcard beside it; null: no certificate has it.</summary>
    /// <param name="name">As the client sent it; empty: none.</param>
    internal SslContextHandle? Choose(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > NameLimit) return null;
        Span<char> text = stackalloc char[NameLimit];
        if (Ascii.ToLower(name, text, out int length) != OperationStatus.Done) return null;
        ReadOnlySpan<char> host = text[..length];
        if (_lookup.TryGetValue(host, out SslContextHandle? exact)) return exact;
        int dot = host.IndexOf('.');
        if (dot < 1) return null;
        text[dot - 1] = '*';
        return _lookup.TryGetValue(host[(dot - 1)..], out SslContextHandle? wildcard) ? wildcard : null;
    }

    /// <summary>The OCSP response for a certificate, by OpenSSL's pointer to it.</summary>
    internal byte[]? StapleFor(nint certificate) => _staples.GetValueOrDefault(certificate);

    /// <summary>The certificates that serve a name: the first of each kind of key among those that carry it.</summary>
    private static ImmutableArray<int> SetOf(ImmutableArray<LoadedCertificate> certificates, string? name)
    {
        if (name is null) return [0];
        return [.. Enumerable.Range(0, certificates.Length).Where(i => certificates[i].Names.Contains(name)).DistinctBy(i => certificates[i].KeyKind)];
    }

    private SslContextHandle Build(
        ListenerSettings listener, TlsSettings settings, ImmutableArray<LoadedCertificate> certificates, List<byte[]>? authorities,
        byte[] sessionContext)
    {
        SslContextHandle context = SslContexts.New(
            server: true, settings.MinimumVersion == TlsVersion.Tls13 ? OpenSslNumbers.Version13 : OpenSslNumbers.Version12);
        if (!SslContexts.SetCiphers(context, settings.Ciphers ?? DefaultCiphers))
        {
            throw new TlsException($"listener {listener.Name}: ciphers '{settings.Ciphers}': {OpenSslErrors.TakeText()}");
        }

        foreach (LoadedCertificate certificate in certificates)
        {
            certificate.UseIn(context);
            if (certificate.Staple is { } staple) _staples[SslContexts.CertificateIn(context)] = staple;
        }

        if (authorities is not null)
        {
            if (!SslContexts.AddAuthorities(context, authorities, announce: true))
            {
                throw new TlsException($"{settings.ClientCaFile}: not usable: {OpenSslErrors.TakeText()}");
            }

            SslContexts.SetVerify(context, ask: true, settings.RequireClientCertificate);
        }

        SslContexts.SetSessionContext(context, sessionContext);
        TlsCallbacks.ServeWith(context, listener.Protocol == ListenerProtocol.Http);
        TlsCallbacks.UseTickets(context, settings.SessionTickets, TicketKeys.PeriodSeconds);
        return context;
    }

    /// <summary>
    /// What a ticket must have been made for: the listener, and what it asks of clients. Certificates of our own do not belong to it: a renewed
    /// one must not cost every client a full handshake.
    /// </summary>
    private static byte[] SessionContext(string listener, TlsSettings settings, List<byte[]>? authorities)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{listener}\n{settings.MinimumVersion}\n{authorities is not null && settings.RequireClientCertificate}\n"));
        foreach (byte[] authority in authorities ?? []) hash.AppendData(SHA256.HashData(authority));
        return hash.GetHashAndReset();
    }
}
