using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>Checks which keys of a `tls` section go together; the files themselves are looked at by <see cref="ReferencedFiles"/>.</summary>
internal static class TlsValidator
{
    /// <summary>Notes every mistake of a listener's section.</summary>
    public static void Check(TlsSettings tls, string path, ConfigErrors errors)
    {
        CheckPair(path, errors);
        bool named = errors.Has($"{path}.certificate_file") || errors.Has($"{path}.key_file");
        if (!named && tls.Certificates.IsEmpty && errors.IsSound($"{path}.certificates"))
        {
            errors.Add($"{path}.certificate_file", "the key is required, with `key_file`; or `certificates`");
        }

        if (!named && errors.Has($"{path}.ocsp_file")) errors.Add($"{path}.ocsp_file", "the key means nothing without `certificate_file`");
        if (errors.Has($"{path}.client_certificate") && !errors.Has($"{path}.client_ca_file"))
        {
            errors.Add($"{path}.client_certificate", "`client_ca_file` is needed: it names who may sign client certificates");
        }
    }

    /// <summary>Notes every mistake of an upstream's section.</summary>
    public static void Check(UpstreamTlsSettings tls, string path, ConfigErrors errors)
    {
        CheckPair(path, errors);
        if (!tls.Verify && errors.Has($"{path}.ca_file")) errors.Add($"{path}.ca_file", "the key means nothing with `verify: false`");
    }

    private static void CheckPair(string path, ConfigErrors errors)
    {
        bool certificate = errors.Has($"{path}.certificate_file");
        bool key = errors.Has($"{path}.key_file");
        if (certificate && !key) errors.Add($"{path}.key_file", "the key is required when `certificate_file` is given");
        if (key && !certificate) errors.Add($"{path}.certificate_file", "the key is required when `key_file` is given");
    }
}
