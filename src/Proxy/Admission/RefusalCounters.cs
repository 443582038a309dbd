using System.Collections.Immutable;

namespace Appliance.Proxy.Admission;

/// <summary>A listener's refusals by rule. Thread-safe: a refusal is rare or an attack, and costs a system call beside which this is nothing.</summary>
internal sealed class RefusalCounters
{
    private readonly long[] _byRule = new long[Enum.GetValues<AdmissionRule>().Length];

    internal void Count(AdmissionRule rule) => Interlocked.Increment(ref _byRule[(int)rule]);

    internal long Of(AdmissionRule rule) => Volatile.Read(ref _byRule[(int)rule]);

    internal ImmutableArray<long> ToArray() => [.. _byRule];
}
