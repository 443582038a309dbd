using System.Collections.Immutable;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Llm;

namespace Appliance.Fixtures;

/// <summary>
/// Plays a fixture against a bundle on the engine that the daemon runs, with a table of its own and a clock that the steps set: nothing
/// waits, and the same fixture gives the same answers each time.
/// </summary>
internal sealed class FixturePlayer
{
    private const long TableBytes = 8 * 1024 * 1024;
    private const ulong HashSeed = 0x5eed;

    /// <summary>The monotonic clock at offset 0: a machine that has been up for a while.</summary>
    private const long UpNs = 3_600_000_000_000;

    private readonly Fixture _fixture;
    private readonly PolicyEngine _engine;
    private readonly long _startMs;
    private readonly LlmRequestReader _bodies = new();
    private readonly Dictionary<string, List<DecisionLease>> _held = [];
    private readonly ImmutableArray<PlayedRequest>.Builder _played = ImmutableArray.CreateBuilder<PlayedRequest>();

    private FixturePlayer(Fixture fixture, PolicyEngine engine)
    {
        _fixture = fixture;
        _engine = engine;
        _startMs = fixture.Start.ToUnixTimeMilliseconds();
    }

    /// <summary>Plays all steps in the order of their times; those of one time in the order of the file.</summary>
    /// <returns>Every request with its answer, in the order in which they were asked.</returns>
    /// <exception cref="IOException">The kernel refuses the table's memory.</exception>
    public static ImmutableArray<PlayedRequest> Play(Fixture fixture, PolicySnapshot snapshot)
    {
        using LimiterTable table = LimiterTable.Create(TableBytes, HashSeed);
        var engine = new PolicyEngine(table, lanes: 1);
        engine.Use(fixture.Settings);
        engine.Apply(snapshot);
        var player = new FixturePlayer(fixture, engine);
        player.PlayAll();
        return player._played.ToImmutable();
    }

    private void PlayAll()
    {
        IEnumerable<(long AtNs, FixtureStep Step, int Repetition)> events = _fixture.Steps
            .SelectMany(step => Enumerable.Range(0, step.Repeat).Select(i => (step.AtNs + i * step.EveryNs, step, i + 1)))
            .OrderBy(happening => happening.Item1);
        foreach ((long atNs, FixtureStep step, int repetition) in events)
        {
            if (step.Request is { } request) Ask(step, request, atNs, repetition);
            else Release(step, atNs);
        }
    }

    private void Ask(FixtureStep step, FixtureRequest request, long atNs, int repetition)
    {
        PolicyTurn turn = _engine.Enter(0);
        long unixMs = _startMs + atNs / 1_000_000;
        var view = new FixtureView(request, turn.Describer, unixMs);
        // As on a listener: the body is looked at only when a rule wants it.
        if (turn.NeedsBody(in view)) view = new FixtureView(request, turn.Describer, unixMs) { Llm = NumbersOf(request) };
        Decision decision = turn.Decide(in view, UpNs + atNs, unixMs);
        DecisionLease lease = decision.Lease;
        if (step.Hold is not null && decision.Allowed)
        {
            if (!_held.TryGetValue(step.Hold, out List<DecisionLease>? leases)) _held[step.Hold] = leases = [];
            leases.Add(lease);
        }
        else
        {
            End(ref lease, step.Usage, atNs);
        }

        _played.Add(new PlayedRequest(step, repetition, atNs, decision, HeadersOf(in decision)));
    }

    private void Release(FixtureStep step, long atNs)
    {
        if (!_held.Remove(step.Release!, out List<DecisionLease>? leases)) return;
        for (int i = 0; i < leases.Count; i++)
        {
            DecisionLease lease = leases[i];
            End(ref lease, step.Usage, atNs);
        }
    }

    private void End(ref DecisionLease lease, long? usage, long atNs)
    {
        if (usage is { } tokens) _engine.Settle(in lease, tokens, UpNs + atNs, 0);
        _engine.Release(ref lease, UpNs + atNs, 0);
    }

    private LlmRequestNumbers NumbersOf(FixtureRequest request)
    {
        if (request.Tokens is { } tokens) return tokens;
        if (request.Body is not { } body) return default;
        LlmRequestReading reading = _bodies.Read(body);
        return new LlmRequestNumbers(reading.PromptTokens, reading.CompletionCap, LlmRequestReader.HashOf(body));
    }

    private static ImmutableArray<KeyValuePair<string, string>> HeadersOf(in Decision decision)
    {
        Span<byte> lines = stackalloc byte[RateLimitHeaders.MaxLength];
        string text = Encoding.ASCII.GetString(lines[..RateLimitHeaders.Write(in decision, lines)]);
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (string line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 2)..]));
        }

        return headers.ToImmutable();
    }
}
