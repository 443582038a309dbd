namespace Appliance.Proxy.Layer7;

/// <summary>Field names that the proxy itself acts on.</summary>
internal enum KnownHeader : byte
{
    Other,
    Host,
    Connection,
    ContentLength,
    TransferEncoding,
    Expect,
    Upgrade,
    KeepAlive,
    ProxyConnection,
    Te,
    Forwarded,
    ForwardedFor,
    ForwardedProto,
    ForwardedHost,
    RequestId,
    Accept,
    AcceptEncoding,
}
