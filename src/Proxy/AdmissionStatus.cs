using System.Collections.Immutable;

namespace Appliance.Proxy;

/// <summary>What admission did on one listener since it was opened.</summary>
/// <param name="Refused">Refused connections by <see cref="AdmissionRule"/>; index 0 is unused.</param>
/// <param name="Untracked">Admitted without the client's own limits, because its place in the table was full of clients with open connections.</param>
/// <param name="Forgotten">Clients without connections whose debt was forgotten to make room for others.</param>
/// <param name="Offences">Clients reported to the kernel's set.</param>
public sealed record AdmissionStatus(ImmutableArray<long> Refused, long Untracked, long Forgotten, long Offences);
