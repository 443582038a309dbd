using Appliance.Limiter;

namespace Appliance.Proxy.Admission;

/// <summary>A client whose packets to a listener the kernel is to drop.</summary>
/// <param name="Target">The listener.</param>
/// <param name="Client">Its address; of an IPv6 client the prefix.</param>
/// <param name="ForMs">For so long.</param>
internal readonly record struct Offender(OffloadTarget Target, ClientAddress Client, long ForMs);
