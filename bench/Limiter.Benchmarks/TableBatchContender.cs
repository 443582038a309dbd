using Appliance.Limiter.Memory;

namespace Limiter.Benchmarks;

/// <summary>The same for callers that have several keys at hand: all lines are asked for before the first is taken from.</summary>
internal sealed class TableBatchContender(int keys, bool accepts) : TableContender(keys, accepts)
{
    private const int BatchSize = 16;

    public override int Pass(ReadOnlySpan<int> keys, long nowNs)
    {
        Span<SlotIdentity> batch = stackalloc SlotIdentity[BatchSize];
        int passed = 0;
        while (!keys.IsEmpty)
        {
            int count = Math.Min(BatchSize, keys.Length);
            for (int i = 0; i < count; i++) batch[i] = Identify(keys[i]);
            for (int i = 0; i < count; i++) passed += Take(batch[i], nowNs += StepNs);
            keys = keys[count..];
        }

        return passed;
    }
}
