using Appliance.Limiter;
using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Limiter.Benchmarks;

/// <summary>Hash of the key parts (two XXH64), find, take: what the engine does once per rule.</summary>
internal class TableContender : Contender, IDisposable
{
    private const int BytesPerKey = 128;
    private const ulong Seed = 0x5eed;
    private readonly LimiterTable _table;
    private readonly TokenBucket _bucket;
    private readonly ulong _cost;

    public TableContender(int keys, bool accepts)
    {
        _table = LimiterTable.Create((long)keys * BytesPerKey, Seed);
        _bucket = TokenBucket.Compile((decimal)(accepts ? HighRate : LowRate), (decimal)(accepts ? HighBurst : LowBurst), [1], foreignCosts: false);
        _cost = _bucket.UnitsOf(1);
        for (int key = 0; key < keys; key++) Take(Identify(key), DecisionMatrix.StartNs);
    }

    public bool OnHugePages => _table.GetStatus().OnHugePages;

    public override int Pass(ReadOnlySpan<int> keys, long nowNs)
    {
        int passed = 0;
        foreach (int key in keys) passed += Take(Identify(key), nowNs += StepNs);
        return passed;
    }

    public void Dispose() => _table.Dispose();

    protected SlotIdentity Identify(int key)
    {
        var parts = new KeyBuffer(stackalloc byte[32]);
        parts.Add(ClientAddress.FromIPv4((uint)key));
        ulong high = XxHash64.DigestOf(parts.Written, Seed);
        _table.Prefetch(high);
        return new SlotIdentity(high, XxHash64.DigestOf(parts.Written, ~Seed));
    }

    protected int Take(in SlotIdentity identity, long nowNs) =>
        _table.Take(identity, _bucket, _cost, TimeUnits.FromNanoseconds(nowNs), out _, out _) == TakeOutcome.Taken ? 1 : 0;
}
