using Appliance.Limiter;

namespace Limiter.Tests.Support;

/// <summary>A table, an engine and a clock that moves when told.</summary>
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

    public Decision Decide(FakeRequest request) => Engine.Decide(in request, NowNs, 0);

    public long CountOf(string action, DecisionReason reason, string mode, string rule) =>
        Engine.GetStatistics().Decisions.Where(d => d.Action == action && d.Reason == reason && d.Mode == mode && d.Rule == rule).Sum(d => d.Count);

    public void Dispose() => Table.Dispose();
}
