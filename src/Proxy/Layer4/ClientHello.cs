using Appliance.Proxy.Layer7;

namespace Appliance.Proxy.Layer4;

/// <summary>What a look at the first bytes of a connection found.</summary>
/// <param name="Progress">How far the parser came.</param>
/// <param name="Refusal">Why not, when refused.</param>
/// <param name="NameLength">When complete: bytes of the server name; 0 if the client names none.</param>
internal readonly record struct ClientHello(HeadProgress Progress, ClientHelloRefusal Refusal, int NameLength)
{
    internal static ClientHello Incomplete => default;

    internal static ClientHello Refused(ClientHelloRefusal refusal) => new(HeadProgress.Refused, refusal, 0);

    internal static ClientHello Complete(int nameLength) => new(HeadProgress.Complete, ClientHelloRefusal.None, nameLength);
}
