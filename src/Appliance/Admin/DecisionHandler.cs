using System.Diagnostics;
using Appliance.Limiter;
using Appliance.Limiter.DebugSessions;
using Appliance.Limiter.Llm;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// The decision API (policies.md A18): a gateway asks, the same engine that the proxy uses answers. 200, 429, 401 or 503, with the limit's headers.
/// Allocates nothing on the way to 200; one event loop uses one scratch area.
/// </summary>
internal sealed class DecisionHandler : ILocalHandler
{
    private readonly PolicyEngine? _engine;
    private readonly DecisionStatistics _statistics;
    private readonly DelayedRequests _delayed;
    private readonly byte[][] _scratch;
    private readonly TimeProvider _time;

    /// <param name="engine">Null: no policies are configured, every answer is 503.</param>
    /// <param name="statistics">Outlives the handler, which is replaced at a reload.</param>
    /// <param name="delayed">Where answers wait that a policy delays.</param>
    /// <param name="lanes">Number of event loops.</param>
    /// <param name="time">The wall clock of calendar windows; the system's by default.</param>
    public DecisionHandler(PolicyEngine? engine, DecisionStatistics statistics, DelayedRequests delayed, int lanes, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _engine = engine;
        _statistics = statistics;
        _delayed = delayed;
        _scratch = new byte[lanes][];
        for (int lane = 0; lane < lanes; lane++) _scratch[lane] = new byte[DecisionContext.ScratchBytes];
    }

    public ValueTask HandleAsync(LocalExchange exchange)
    {
        if (DecisionContext.IsAsked(exchange)) return DecideAsync(exchange);
        exchange.Status = 404;
        exchange.Output.WriteText("not found: ask at /v1/decision\n"u8);
        return ValueTask.CompletedTask;
    }

    public ValueTask DecideAsync(LocalExchange exchange)
    {
        _statistics.CountAsked(exchange.Lane);
        PolicyTurn turn = _engine is null ? default : _engine.Enter(exchange.Lane);
        long unixMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        DecisionFault fault = DecisionContext.TryRead(exchange, _scratch[exchange.Lane], turn.Describer, unixMs, out DecisionView view);
        if (fault != DecisionFault.None)
        {
            DecisionRefusal.Answer(exchange, fault);
            _statistics.CountRefused(exchange.Lane, fault);
            return ValueTask.CompletedTask;
        }

        if (_engine is null)
        {
            exchange.Status = 503;
            exchange.AddHeaderLines("X-Appliance-Reason: no_bundle_loaded\r\n"u8);
            return ValueTask.CompletedTask;
        }

        long begin = Stopwatch.GetTimestamp();
        Decision decision = turn.Decide(in view, exchange.NowNs, unixMs, _delayed);
        long tookNs = (Stopwatch.GetTimestamp() - begin) * (1_000_000_000 / Stopwatch.Frequency);
        _engine.CountDuration(exchange.Lane, tookNs);
        // Nobody tells us when the request that was asked about is over: what it would hold, a place of a concurrency rule, is left at once.
        DecisionLease lease = decision.Lease;
        _engine.Release(ref lease, exchange.NowNs, exchange.Lane);
        exchange.Status = StatusOf(in decision);
        if (DebugSession.IsOpen(_engine.Settings.DebugKey, in view, unixMs, turn.Compatibility)) WriteDebugHeaders(exchange, turn, in view, in decision, tookNs);
        else WriteHeaders(exchange, in decision, tookNs);
        if (exchange.Status == 429) WriteModelError(exchange, in view, in decision);
        return decision.DelayMs > 0 ? WaitAsync(decision.DelayMs) : ValueTask.CompletedTask;
    }

    private static int StatusOf(in Decision decision) => decision.Allowed ? 200 : decision.Reason switch
    {
        DecisionReason.NoBundleLoaded => 503,
        DecisionReason.TokenInvalid => 401,
        _ => 429,
    };

    private static void WriteHeaders(LocalExchange exchange, in Decision decision, long tookNs)
    {
        Span<byte> lines = stackalloc byte[RateLimitHeaders.MaxLength + DebugHeaders.MaxLatencyLength];
        int length = RateLimitHeaders.Write(in decision, lines);
        length += DebugHeaders.WriteLatency(decision.Compatibility, tookNs, lines[length..]);
        exchange.AddHeaderLines(lines[..length]);
        if (exchange.Status == 401) exchange.AddHeaderLines("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"u8);
    }

    private static void WriteDebugHeaders(LocalExchange exchange, PolicyTurn turn, in DecisionView view, in Decision decision, long tookNs)
    {
        byte[] lines = new byte[RateLimitHeaders.MaxLength + DebugHeaders.MaxLength];
        int length = RateLimitHeaders.Write(in decision, lines, showsNames: true);
        length += DebugHeaders.Write(turn, in view, in decision, tookNs, lines.AsSpan(length));
        exchange.AddHeaderLines(lines.AsSpan(0, length));
        if (exchange.Status == 401) exchange.AddHeaderLines("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"u8);
    }

    /// <summary>The libraries of language models read the body of a 429; gateways that pass an answer through pass it on.</summary>
    private static void WriteModelError(LocalExchange exchange, in DecisionView view, in Decision decision)
    {
        if (decision.Reason is not (DecisionReason.TpmExceeded or DecisionReason.TpdExceeded
            or DecisionReason.PromptTokensExceeded or DecisionReason.MaxTokensPerRequestExceeded)) return;
        Span<byte> body = stackalloc byte[LlmErrorBody.MaxLength];
        int length = LlmErrorBody.Write(
            LlmProviders.OfPath(view.Path), DecisionReasons.Utf8Name(decision.Reason), decision.RetryAfterSeconds, body);
        exchange.ContentType = "application/json";
        exchange.Output.WriteText(body[..length]);
    }

    /// <summary>The gateway's own time limit for the question bounds what a delay can do: it must be longer than the policies' delays.</summary>
    private async ValueTask WaitAsync(int delayMs)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delayMs), _time).ConfigureAwait(false);
        }
        finally
        {
            _delayed.Leave();
        }
    }
}
