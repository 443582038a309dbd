using System.Runtime.InteropServices;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>A lane's latest time. Padded, so that lanes do not share a cache line.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct PaddedClock
{
    [FieldOffset(0)] private ulong _latest;

    /// <summary>The lane's time in units; never less than before.</summary>
    public ulong Advance(long nowNs) => _latest = Math.Max(_latest, TimeUnits.FromNanoseconds(nowNs));
}
