using System.Collections.Immutable;
using System.Security.Cryptography;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>
/// Looks at the files that listeners and upstreams name: each must exist and be readable; error pages are read. What is inside certificates
/// and keys is judged by the TLS library when they are loaded.
/// </summary>
/// <param name="errors">Where mistakes go.</param>
/// <param name="read">Reads a file of a bounded size.</param>
internal sealed class ReferencedFiles(ConfigErrors errors, Func<string, int, (BoundedFile.Outcome Outcome, byte[] Content, string Problem)> read)
{
    private const int MaximumPage = 64 * 1024;
    private const int MaximumPem = 4 * 1024 * 1024;

    /// <summary>Files that exist but may not be read.</summary>
    public int NotPermitted { get; private set; }

    /// <summary>Notes every file that cannot be used, and fills in the error pages.</summary>
    public ApplianceConfig Read(ApplianceConfig config)
    {
        if (config.Ha?.OnTransition is { } hook) CheckExecutable(hook, "ha.on_transition");
        if (config.Ha?.Bypass.Command is { } command) CheckExecutable(command, "ha.bypass.command");
        for (int i = 0; i < config.Upstreams.Length; i++) CheckUpstream(config.Upstreams[i], $"upstreams[{i}].tls");
        var listeners = ImmutableArray.CreateBuilder<ListenerConfig>(config.Listeners.Length);
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            if (config.Listeners[i].Tls is { } tls) CheckListener(tls, $"listeners[{i}].tls");
            listeners.Add(ReadPages(config.Listeners[i], $"listeners[{i}].error_pages"));
        }

        return config with { Listeners = listeners.MoveToImmutable(), Policies = ReadKeys(config.Policies) };
    }

    /// <summary>
    /// What tokens and bundles must be signed with, for the pair to compare. A file that cannot be read is named by whoever reads what is in it.
    /// Not the secret of debug sessions: its hash travels in the clear, and unlike a key of tokens nobody could test guesses of it otherwise.
    /// </summary>
    private PoliciesConfig? ReadKeys(PoliciesConfig? policies)
    {
        if (policies is null) return null;
        List<(string Path, string? File)> keys = [("policies.public_key_file", policies.PublicKeyFile), ("policies.jwt.jwks_file", policies.Jwt?.JwksFile)];
        foreach (JwtKeyConfig key in policies.Jwt?.Keys ?? []) keys.Add(("policies.jwt.keys", key.File));
        var prints = ImmutableArray.CreateBuilder<(string, string)>();
        foreach ((string path, string? file) in keys)
        {
            if (file is null) continue;
            (BoundedFile.Outcome outcome, byte[] content, _) = read(file, MaximumPem);
            if (outcome == BoundedFile.Outcome.Read) prints.Add((path, Convert.ToHexStringLower(SHA256.HashData(content))));
        }

        return policies with { KeyPrints = prints.ToImmutable() };
    }

    private void CheckListener(TlsSettings tls, string path)
    {
        bool alone = errors.Has($"{path}.certificate_file") && errors.Has($"{path}.key_file");
        for (int i = 0; i < tls.Certificates.Length; i++)
        {
            CheckCertificate(tls.Certificates[i], alone && i == 0 ? path : $"{path}.certificates[{(alone ? i - 1 : i)}]");
        }

        if (tls.ClientCaFile is { } authorities) Check(authorities, $"{path}.client_ca_file");
    }

    private void CheckUpstream(UpstreamConfig upstream, string path)
    {
        if (upstream.Tls?.CaFile is { } authorities) Check(authorities, $"{path}.ca_file");
        if (upstream.Tls?.Certificate is { } certificate) CheckCertificate(certificate, path);
    }

    private void CheckCertificate(CertificateSettings certificate, string path)
    {
        Check(certificate.CertificateFile, $"{path}.certificate_file");
        Check(certificate.KeyFile, $"{path}.key_file");
        if (certificate.OcspFile is { } response) Check(response, $"{path}.ocsp_file");
    }

    private ListenerConfig ReadPages(ListenerConfig listener, string path)
    {
        if (listener.ErrorPages.IsEmpty) return listener;
        var pages = ImmutableDictionary.CreateBuilder<int, ErrorPage>();
        foreach ((int status, string file) in listener.ErrorPages)
        {
            byte[]? body = Read(file, $"{path}.{status}", MaximumPage);
            if (body is not null && MediaTypes.OfFile(file) is { } type) pages[status] = new ErrorPage(type, body);
        }

        return listener with { Http = listener.Http with { ErrorPages = pages.ToImmutable() } };
    }

    /// <summary>What the daemon would run with its rights must be there, be allowed to run, and not be everybody's to change.</summary>
    private void CheckExecutable(string file, string path)
    {
        const UnixFileMode Any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!errors.IsSound(path)) return;
        if (!File.Exists(file))
        {
            errors.Add(path, $"{Quoted.Form(file)}: {(Directory.Exists(file) ? "this is a directory, not a file" : "the file does not exist")}");
            return;
        }

        UnixFileMode mode = OperatingSystem.IsLinux() ? File.GetUnixFileMode(file) : Any;
        if ((mode & Any) == 0) errors.Add(path, $"{Quoted.Form(file)}: the file is not executable; chmod 0755 it");
        else if ((mode & UnixFileMode.OtherWrite) != 0) errors.Add(path, $"{Quoted.Form(file)}: everybody on this machine may change the file; chmod 0755 it");
    }

    private void Check(string file, string path) => Read(file, path, MaximumPem);

    private byte[]? Read(string file, string path, int maximum)
    {
        if (!errors.IsSound(path)) return null;
        (BoundedFile.Outcome outcome, byte[] content, string problem) = read(file, maximum);
        if (outcome == BoundedFile.Outcome.Read) return content;
        if (outcome == BoundedFile.Outcome.NotPermitted) NotPermitted++;
        errors.Add(path, $"{Quoted.Form(file)}: {problem}");
        return null;
    }
}
