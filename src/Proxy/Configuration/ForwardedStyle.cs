namespace Appliance.Proxy.Configuration;

/// <summary>Which fields tell a server about the client. From untrusted peers all of them are removed whatever the style.</summary>
public enum ForwardedStyle
{
    /// <summary>X-Forwarded-For, -Proto, -Host.</summary>
    XForwarded,

    /// <summary>Forwarded (RFC 7239).</summary>
    Forwarded,

    /// <summary>Both of the above.</summary>
    Both,

    /// <summary>Neither.</summary>
    None,
}
