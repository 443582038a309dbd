using System.Buffers.Text;
using System.Diagnostics;
using Appliance.Limiter;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// The decision API (policies.md A18): a gateway asks, the same engine that the proxy uses answers. 200, 429 or 503, the limit's headers,
/// no body. Allocates nothing on the way to 200; one event loop uses one scratch area.
/// </summary>
internal sealed class DecisionHandler : ILocalHandler
{
    private readonly PolicyEngine? _engine;
    private readonly DecisionStatistics _statistics;
    private readonly byte[][] _scratch;
    private readonly TimeProvider _time;

    /// <param name="engine">Null: no policies are configured, every answer is 503.</param>
    /// <param name="statistics">Outlives the handler, which is replaced at a reload.</param>
    /// <param name="lanes">Number of event loops.</param>
    /// <param name="time">The wall clock of calendar windows; the system's by default.</param>
    public DecisionHandler(PolicyEngine? engine, DecisionStatistics statistics, int lanes, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _engine = engine;
        _statistics = statistics;
        _scratch = new byte[lanes][];
        for (int lane = 0; lane < lanes; lane++) _scratch[lane] = new byte[DecisionContext.ScratchBytes];
    }

    /// <summary>True for /v1/decision and everything below it.</summary>
    public static bool Matches(ReadOnlySpan<byte> path) =>
        path.StartsWith("/v1/decision"u8) && (path.Length == "/v1/decision"u8.Length || path["/v1/decision"u8.Length] == '/');

    public ValueTask HandleAsync(LocalExchange exchange)
    {
        if (Matches(exchange.Path))
        {
            Decide(exchange);
        }
        else
        {
            exchange.Status = 404;
            exchange.Output.WriteText("not found: ask at /v1/decision\n"u8);
        }

        return ValueTask.CompletedTask;
    }

    public void Decide(LocalExchange exchange)
    {
        PolicyTurn turn = _engine is null ? default : _engine.Enter(exchange.Lane);
        long unixMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        DecisionFault fault = DecisionContext.TryRead(exchange, _scratch[exchange.Lane], turn.Describer, unixMs, out DecisionView view);
        if (fault != DecisionFault.None)
        {
            Refuse(exchange, fault);
            return;
        }

        if (_engine is null)
        {
            exchange.Status = 503;
            exchange.AddHeaderLines("X-Appliance-Reason: no_bundle_loaded\r\n"u8);
            return;
        }

        long begin = Stopwatch.GetTimestamp();
        Decision decision = turn.Decide(in view, exchange.NowNs, unixMs);
        // Nobody tells us when the request that was asked about is over: what it would hold, a place of a concurrency rule, is left at once.
        DecisionLease lease = decision.Lease;
        _engine.Release(ref lease, exchange.NowNs, exchange.Lane);
        long tookNs = (long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        _statistics.Took(exchange.Lane, tookNs);
        exchange.Status = decision.Allowed ? 200 : decision.Reason == DecisionReason.NoBundleLoaded ? 503 : 429;
        WriteHeaders(exchange, in decision, tookNs);
    }

    private static void WriteHeaders(LocalExchange exchange, in Decision decision, long tookNs)
    {
        Span<byte> lines = stackalloc byte[RateLimitHeaders.MaxLength + 64];
        int length = RateLimitHeaders.Write(in decision, lines);
        ReadOnlySpan<byte> name = "X-Appliance-Latency-Us: "u8;
        name.CopyTo(lines[length..]);
        length += name.Length;

        // Tenths: a decision usually takes less than one microsecond, and 0 would look like a broken clock.
        Utf8Formatter.TryFormat(tookNs / 1000, lines[length..], out int digits);
        length += digits;
        lines[length++] = (byte)'.';
        lines[length++] = (byte)('0' + tookNs % 1000 / 100);
        "\r\n"u8.CopyTo(lines[length..]);
        exchange.AddHeaderLines(lines[..(length + 2)]);
    }

    private void Refuse(LocalExchange exchange, DecisionFault fault)
    {
        _statistics.Refused(exchange.Lane, fault);
        (int status, byte[] text) = fault switch
        {
            DecisionFault.Untrusted => (403, UntrustedText),
            DecisionFault.TooLong => (414, TooLongText),
            _ => (400, BadTargetText),
        };
        exchange.Status = status;
        exchange.Output.WriteText(text);
    }

    private static readonly byte[] UntrustedText = [.. "X-Original-* is only believed from trusted_proxies; add the gateway's address there\n"u8];
    private static readonly byte[] TooLongText = [.. "the URI asked about is longer than 16 KiB\n"u8];
    private static readonly byte[] BadTargetText = [.. "the URI asked about is not a valid path\n"u8];
}
