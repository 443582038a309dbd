using Appliance.Limiter;

namespace Limiter.Tests.Support;

/// <summary>A table, an engine and two clocks that move when told.</summary>
internal sealed class EngineUnderTest : IDisposable
{
    public const long Second = 1_000_000_000;

    public EngineUnderTest(string bundle, long memoryBytes = 1 << 20, int lanes = 1)
    {
        Table = LimiterTable.Create(memoryBytes, hashSeed: 42);
        Engine = new PolicyEngine(Table, lanes);
        Engine.Apply(Bundle.Compile(bundle));
    }

    public LimiterTable Table { get; }

    public PolicyEngine Engine { get; }

    public long NowNs { get; set; } = 1000 * Second;

    /// <summary>UTC; 14:30:00 on a Tuesday, as <see cref="Bundle.Now"/>.</summary>
    public long UnixMs { get; set; } = Bundle.Now.ToUnixTimeMilliseconds();

    public Decision Decide(FakeRequest request, int lane = 0) => Engine.Decide(in request, NowNs, UnixMs, lane);

    /// <summary>Both clocks.</summary>
    public void Pass(TimeSpan time)
    {
        NowNs += time.Ticks * TimeSpan.NanosecondsPerTick;
        UnixMs += (long)time.TotalMilliseconds;
    }

    public void Release(Decision decision)
    {
        DecisionLease lease = decision.Lease;
        Engine.Release(ref lease, NowNs, 0);
    }

    public void Settle(Decision decision, long tokens) => Engine.Settle(decision.Lease, tokens, NowNs, 0);

    public long CountOf(string action, DecisionReason reason, string mode, string rule) =>
        Engine.GetStatistics().Decisions.Where(d => d.Action == action && d.Reason == reason && d.Mode == mode && d.Rule == rule).Sum(d => d.Count);

    public void Dispose() => Table.Dispose();
}
