namespace Appliance.Proxy.Layer7;

/// <summary>What a <see cref="TextTemplate"/> can put in.</summary>
[Flags]
internal enum TemplateVariable
{
    None = 0,

    /// <summary>`$host`: the request's normalised host, without port.</summary>
    Host = 1,

    /// <summary>`$target`: the request's path and query as they came.</summary>
    Target = 2,

    /// <summary>`$server`: the chosen server's name and port.</summary>
    Server = 4,
}
