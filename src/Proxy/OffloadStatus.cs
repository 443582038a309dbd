namespace Appliance.Proxy;

/// <summary>Clients whose packets the kernel drops.</summary>
/// <param name="State">`off`: no listener asks for it; `on`; `unavailable`: the process may not (CAP_NET_ADMIN) or the kernel cannot.</param>
/// <param name="Members">In the kernel's sets now.</param>
/// <param name="Added">Put there since start; a renewal counts again.</param>
/// <param name="Failures">Not put there: the kernel refused, or more came at once than the queue holds.</param>
public sealed record OffloadStatus(string State, int Members, long Added, long Failures);
