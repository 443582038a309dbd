using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Proxy.Tls;

namespace Appliance.Cli;

/// <summary>Tells an operator what is wrong with certificates and keys, as OpenSSL sees them.</summary>
internal static class CertificateReport
{
    /// <summary>Loads what every `tls` section names. Mistakes and warnings go to <paramref name="error"/>, one line each.</summary>
    /// <returns><see cref="ExitCode.Invalid"/> when something cannot be used; warnings alone are ok.</returns>
    public static ExitCode Print(ApplianceConfig config, TextWriter error)
    {
        ExitCode code = ExitCode.Ok;
        void Look(string path, Func<ImmutableArray<string>> load)
        {
            try
            {
                foreach (string warning in load()) error.WriteLine(config.Source.ErrorAt(path, $"warning: {warning}").ToString());
            }
            catch (TlsException mistake)
            {
                error.WriteLine(config.Source.ErrorAt(path, mistake.Message).ToString());
                code = ExitCode.Invalid;
            }
        }

        for (int i = 0; i < config.Listeners.Length; i++)
        {
            ListenerConfig listener = config.Listeners[i];
            if (listener.Tls is { } tls) Look($"listeners[{i}].tls", () => CertificateCheck.Look(listener.Name, tls, TimeProvider.System));
        }

        for (int i = 0; i < config.Upstreams.Length; i++)
        {
            if (config.Upstreams[i].Tls is { } tls) Look($"upstreams[{i}].tls", () => CertificateCheck.Look(tls, TimeProvider.System));
        }

        return code;
    }
}
