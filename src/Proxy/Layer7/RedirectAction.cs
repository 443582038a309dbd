using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Layer7;

/// <summary>A redirect, compiled. Immutable.</summary>
internal sealed class RedirectAction
{
    private readonly int _status;

    internal RedirectAction(RedirectSettings settings)
    {
        _status = settings.Status;
        Location = TextTemplate.Parse(settings.Location, TemplateVariable.Host | TemplateVariable.Target);
    }

    private RedirectAction(TextTemplate location) => Location = location;

    /// <summary>Where to.</summary>
    internal TextTemplate Location { get; }

    /// <summary>The same host and target by https.</summary>
    internal static RedirectAction ToHttps(int port) => new(TextTemplate.Parse(
        port == 443 ? "https://$host$target" : $"https://$host:{port}$target", TemplateVariable.Host | TemplateVariable.Target));

    /// <summary>
    /// The status. To https it is permanent: 301 for GET and HEAD, which every client knows; 308 for others, so that they keep their method
    /// (RFC 9110 section 15.4.9).
    /// </summary>
    internal int Status(ReadOnlySpan<byte> method) =>
        _status != 0 ? _status : method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8) ? 301 : 308;
}
