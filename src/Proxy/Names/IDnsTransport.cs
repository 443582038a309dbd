using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>Carries one question to one name server.</summary>
internal interface IDnsTransport
{
    /// <summary>Sends the question and returns what comes back with its id.</summary>
    /// <param name="server">The name server.</param>
    /// <param name="query">The question.</param>
    /// <param name="overTcp">With a connection instead of a datagram.</param>
    /// <param name="cancel">The time limit.</param>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot be reached.</exception>
    /// <exception cref="IOException">It broke off.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    Task<byte[]> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> query, bool overTcp, CancellationToken cancel);
}
