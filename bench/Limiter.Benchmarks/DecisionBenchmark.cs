using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Appliance.Limiter;
using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using BenchmarkDotNet.Attributes;

namespace Limiter.Benchmarks;

/// <summary>
/// One decision on one of a million known keys, drawn uniformly, on one thread. Every contender gets the same keys in the same order
/// and the same limit, which passes nearly every request; the clock is passed in where the contender lets us.
/// </summary>
public class DecisionBenchmark
{
    public const int Keys = 1_000_000;
    public const int ManyKeys = 10_000_000;
    public const int BatchSize = 16;
    public const int Operations = 1_000_000;
    private const double Rate = 10;
    private const double Burst = 20;
    private const long StepNs = 1000;
    private const ulong Seed = 0x5eed;

    /// <summary>Of the tables that were measured.</summary>
    public static bool OnHugePages { get; private set; }

    private readonly uint[] _addresses = new uint[Operations];
    private int[] _chain = [];
    private LimiterTable? _table;
    private PolicyEngine? _engine;
    private ConcurrentDictionary<uint, LockedBucket>? _dictionary;
    private PartitionedRateLimiter<uint>? _partitioned;
    private TokenBucket? _bucket;
    private ulong _cost;
    private long _nowNs = 1_000_000_000_000;

    [GlobalSetup]
    public void DrawKeys() => DrawKeys(Keys);

    [GlobalSetup(Targets = [nameof(TableTake), nameof(TableBatch)])]
    public void FillTable() => Fill(Keys, 128L << 20);

    [GlobalSetup(Targets = [nameof(ManyTake), nameof(ManyBatch)])]
    public void FillLargeTable() => Fill(ManyKeys, 1280L << 20);

    [GlobalSetup(Target = nameof(EngineDecide))]
    public void FillEngine()
    {
        DrawKeys();
        _table = LimiterTable.Create(128 << 20, Seed);
        _engine = new PolicyEngine(_table, 1);
        BundleReadResult bundle = PolicyBundleReader.Read(
            """
            {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/v1"}, "rules": [{"name": "r",
             "limit_keys": ["ip:address"], "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 10, "burst": 20}}]}}]}
            """u8, DateTimeOffset.UnixEpoch);
        _engine.Apply(bundle.Snapshot!);
        for (uint key = 0; key < Keys; key++) Decide(key);
    }

    [GlobalSetup(Target = nameof(Dictionary))]
    public void FillDictionary()
    {
        DrawKeys();
        _dictionary = new ConcurrentDictionary<uint, LockedBucket>(1, Keys * 2);
        for (uint key = 0; key < Keys; key++) _dictionary[key] = new LockedBucket(Rate, Burst);
    }

    [GlobalSetup(Target = nameof(Partitioned))]
    public void FillPartitions()
    {
        DrawKeys();
        _partitioned = PartitionedRateLimiter.Create<uint, uint>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)Burst,
            TokensPerPeriod = (int)Rate,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
        for (uint key = 0; key < Keys; key++) _partitioned.AttemptAcquire(key).Dispose();
    }

    [GlobalSetup(Target = nameof(MemoryAccess))]
    public void LinkChain() => Link(Keys);

    [GlobalSetup(Target = nameof(ManyMemoryAccess))]
    public void LinkLongChain() => Link(ManyKeys);

    [GlobalCleanup]
    public void Clean()
    {
        _table?.Dispose();
        _partitioned?.Dispose();
    }

    /// <summary>Hash of the key parts (two XXH64), find, take: what the engine does once per rule.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int TableTake()
    {
        int passed = 0;
        foreach (uint address in _addresses) passed += Take(Identify(address));
        return passed;
    }

    /// <summary>The same for callers that have several keys at hand: all lines are asked for before the first is taken from.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int TableBatch()
    {
        Span<SlotIdentity> batch = stackalloc SlotIdentity[BatchSize];
        int passed = 0;
        for (int start = 0; start < _addresses.Length; start += BatchSize)
        {
            int count = Math.Min(BatchSize, _addresses.Length - start);
            for (int i = 0; i < count; i++) batch[i] = Identify(_addresses[start + i]);
            for (int i = 0; i < count; i++) passed += Take(batch[i]);
        }

        return passed;
    }

    /// <summary>One key at a time, ten million keys.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int ManyTake() => TableTake();

    /// <summary>In batches, ten million keys.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int ManyBatch() => TableBatch();

    /// <summary>The whole engine with one policy and one rule: route, key, take, counters, decision.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int EngineDecide()
    {
        int passed = 0;
        foreach (uint address in _addresses) passed += Decide(address);
        return passed;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int Dictionary()
    {
        int passed = 0;
        foreach (uint address in _addresses)
        {
            LockedBucket bucket = _dictionary!.GetOrAdd(address, static _ => new LockedBucket(Rate, Burst));
            if (bucket.TryTake(1, _nowNs += StepNs)) passed++;
        }

        return passed;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int Partitioned()
    {
        int passed = 0;
        foreach (uint address in _addresses)
        {
            using RateLimitLease lease = _partitioned!.AttemptAcquire(address);
            if (lease.IsAcquired) passed++;
        }

        return passed;
    }

    /// <summary>Each load gives the address of the next: what one uncached access costs here.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int MemoryAccess()
    {
        int at = 0;
        for (int i = 0; i < Operations; i++) at = _chain[at];
        return at;
    }

    /// <summary>The bare access beside which ten million keys must be read.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public int ManyMemoryAccess() => MemoryAccess();

    private void DrawKeys(int keys)
    {
        var random = new Random(1);
        for (int i = 0; i < Operations; i++) _addresses[i] = (uint)random.Next(keys);
    }

    private void Fill(int keys, long bytes)
    {
        DrawKeys(keys);
        _table = LimiterTable.Create(bytes, Seed);
        OnHugePages = _table.GetStatus().OnHugePages;
        _bucket = TokenBucket.Compile((decimal)Rate, (decimal)Burst, [1], foreignCosts: false);
        _cost = _bucket.UnitsOf(1);
        for (uint key = 0; key < keys; key++) Take(Identify(key));
    }

    /// <summary>One cycle through as many lines of 64 bytes as there are live slots, in random order.</summary>
    private void Link(int lines)
    {
        const int Line = 16;
        _chain = new int[lines * Line];
        int[] order = [.. Enumerable.Range(0, lines)];
        new Random(2).Shuffle(order);
        for (int i = 0; i < lines; i++) _chain[order[i] * Line] = order[(i + 1) % lines] * Line;
    }

    private SlotIdentity Identify(uint address)
    {
        var parts = new KeyBuffer(stackalloc byte[32]);
        parts.Add(ClientAddress.FromIPv4(address));
        ulong high = XxHash64.DigestOf(parts.Written, Seed);
        _table!.Prefetch(high);
        return new SlotIdentity(high, XxHash64.DigestOf(parts.Written, ~Seed));
    }

    private int Take(in SlotIdentity identity)
    {
        ulong now = TimeUnits.FromNanoseconds(_nowNs += StepNs);
        return _table!.Take(identity, _bucket!, _cost, now, out _, out _) == TakeOutcome.Taken ? 1 : 0;
    }

    private int Decide(uint address)
    {
        var request = new AddressRequest(address);
        return _engine!.Decide(in request, _nowNs += StepNs, 0, 0).Allowed ? 1 : 0;
    }
}
