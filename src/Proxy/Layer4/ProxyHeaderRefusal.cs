namespace Appliance.Proxy.Layer4;

/// <summary>Why a connection that had to begin with a PROXY protocol header was refused. Counted per reason.</summary>
internal enum ProxyHeaderRefusal
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Neither version's signature.</summary>
    Signature,

    /// <summary>Version 1: no CRLF within 107 bytes. Version 2: more than 4 KiB.</summary>
    TooLong,

    /// <summary>Version 1: fields missing, too many, or not separated by single spaces.</summary>
    Line,

    /// <summary>A protocol, family or transport that the version does not know, or that is not a byte stream.</summary>
    Family,

    /// <summary>Not an address of the family it claims, or a port out of range.</summary>
    Address,

    /// <summary>Version 2: another version, or a command it does not know.</summary>
    Command,

    /// <summary>Version 2: shorter than the addresses of its family.</summary>
    Length,

    /// <summary>Version 2: an additional field runs over the end, or has the wrong length.</summary>
    Fields,

    /// <summary>Version 2: the checksum is there and wrong.</summary>
    Checksum,

    /// <summary>The connection ended before the header was complete.</summary>
    Ended,

    /// <summary>The header was not complete in time.</summary>
    TimedOut,
}
