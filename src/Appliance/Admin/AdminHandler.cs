using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// The admin address: health, metrics, status, decision API. Nothing here changes state; that is the control socket's
/// (<see cref="ControlHandler"/>).
/// </summary>
internal sealed class AdminHandler(DaemonState daemon, DecisionHandler decisions, DebugSessionHandler sessions) : ILocalHandler
{
    private static ReadOnlySpan<byte> Index =>
        """
        appliance, admin address
        /livez             200 while the process lives (also /health)
        /readyz            200 when traffic may be sent here (also /ready)
        /metrics           Prometheus text
        /v1/status         JSON
        /v1/decision       may this request pass? (X-Original-Method, X-Original-URI, X-Original-Host)
        /v1/debug/session  POST with X-Appliance-Debug-Secret: answers say why for 15 minutes; /v1/debug/logout ends it

        """u8;

    public ValueTask HandleAsync(LocalExchange exchange)
    {
        // First of all: a client's path stands behind it, and nothing in that may lead to one of the other answers.
        if (DecisionContext.IsAsked(exchange)) return decisions.DecideAsync(exchange);
        if (sessions.TryHandle(exchange)) return ValueTask.CompletedTask;
        ReadOnlySpan<byte> path = exchange.Path;
        if (!IsRead(exchange)) Answer(exchange, 405, "only GET and HEAD here; what changes state is ordered with the `appliance` command\n"u8);
        else if (path.SequenceEqual("/livez"u8) || path.SequenceEqual("/health"u8)) Answer(exchange, 200, "ok\n"u8);
        else if (path.SequenceEqual("/readyz"u8) || path.SequenceEqual("/ready"u8)) ReadinessDocument.Answer(exchange, daemon.Capture());
        else if (path.SequenceEqual("/metrics"u8)) return ShowAsync(exchange, MetricsDocument.Answer);
        else if (path.SequenceEqual("/v1/status"u8)) return ShowAsync(exchange, StatusDocument.Answer);
        else if (path.SequenceEqual("/"u8)) Answer(exchange, 200, Index);
        else Answer(exchange, 404, "not found; / lists what there is\n"u8);
        return ValueTask.CompletedTask;
    }

    /// <summary>Off the event loop: with thousands of rules a page takes milliseconds, and clients of the loop would wait for it.</summary>
    private ValueTask ShowAsync(LocalExchange exchange, Action<LocalExchange, DaemonSnapshot> document) =>
        new(Task.Run(() => document(exchange, daemon.Capture())));

    private static bool IsRead(LocalExchange exchange) => exchange.Method.SequenceEqual("GET"u8) || exchange.Method.SequenceEqual("HEAD"u8);

    private static void Answer(LocalExchange exchange, int status, ReadOnlySpan<byte> text)
    {
        exchange.Status = status;
        if (status == 405) exchange.AddHeaderLines("Allow: GET, HEAD\r\n"u8);
        exchange.Output.WriteText(text);
    }
}
