namespace Appliance.Proxy.Names;

/// <summary>What an answer of a name server says.</summary>
internal enum DnsStatus
{
    /// <summary>There are addresses.</summary>
    Found,

    /// <summary>The name exists without an address of this family.</summary>
    NoAddress,

    /// <summary>The name does not exist.</summary>
    NoName,

    /// <summary>It did not fit into a datagram: ask over TCP.</summary>
    Truncated,

    /// <summary>The server cannot or will not say.</summary>
    ServerFailure,

    /// <summary>Not an answer to the question, or broken.</summary>
    Malformed,
}
