using System.Text;
using Appliance.Cli;
using Appliance.Failover;
using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// The control socket: the only door through which state is changed. Who may open it is the socket file's mode. Orders run on the thread
/// pool, since a reload reads files and a handover waits for the peer; the event loop goes on meanwhile.
/// </summary>
internal sealed class ControlHandler(DaemonState daemon, Reloader reloader, RoleDesk roles, ServerDesk servers, PolicyOrders policies) : ILocalHandler
{
    public ValueTask HandleAsync(LocalExchange exchange)
    {
        ReadOnlySpan<byte> path = exchange.Path;
        if (exchange.Method.SequenceEqual("GET"u8) && path.SequenceEqual("/v1/status"u8))
        {
            return new(Task.Run(() => StatusDocument.Answer(exchange, daemon.Capture())));
        }

        if (exchange.Method.SequenceEqual("GET"u8) && path.SequenceEqual("/v1/policy/history"u8)) return RunAsync(exchange, policies.History);
        if (exchange.Method.SequenceEqual("GET"u8) && path.SequenceEqual("/v1/events"u8)) return EventsDocument.AnswerAsync(exchange, daemon.Ha?.Events);
        if (!exchange.Method.SequenceEqual("POST"u8)) return Refuse(exchange, 405, "only POST changes state, GET is for /v1/status and /v1/events\n");
        if (path.SequenceEqual("/v1/reload"u8)) return RunAsync(exchange, reloader.Reload);
        if (path.SequenceEqual("/v1/standby/on"u8)) return RunAsync(exchange, () => roles.SetStandby(true));
        if (path.SequenceEqual("/v1/standby/off"u8)) return RunAsync(exchange, () => roles.SetStandby(false));
        if (path.SequenceEqual("/v1/ha/reset"u8)) return RunAsync(exchange, roles.Reset);
        if (path.SequenceEqual("/v1/failover"u8))
        {
            bool wait = exchange.Query.IndexOf("wait=1"u8) >= 0;
            bool force = exchange.Query.IndexOf("force=1"u8) >= 0;
            return RunAsync(exchange, () => roles.FailoverAsync(force, wait));
        }

        if (path.StartsWith("/v1/policy/"u8) && policies.Find(path["/v1/policy/"u8.Length..], exchange.Query) is { } order) return RunAsync(exchange, order);
        if (path.StartsWith("/v1/drain/"u8)) return RunAsync(exchange, Order(exchange, "/v1/drain/"u8.Length, drain: true));
        if (path.StartsWith("/v1/ready/"u8)) return RunAsync(exchange, Order(exchange, "/v1/ready/"u8.Length, drain: false));
        return Refuse(exchange, 404, "no such order in this version\n");
    }

    /// <summary>UPSTREAM/SERVER, percent-encoded, stands behind the order.</summary>
    private Func<OrderResult> Order(LocalExchange exchange, int begin, bool drain)
    {
        string name = Uri.UnescapeDataString(Encoding.UTF8.GetString(exchange.Path[begin..]));
        return () => servers.SetDrain(name, drain);
    }

    internal static int StatusOf(ExitCode code) => code switch
    {
        ExitCode.Ok => 200,
        ExitCode.Invalid => 422,
        ExitCode.NotPermitted => 403,
        ExitCode.Internal => 500,
        _ => 409,
    };

    private static ValueTask Refuse(LocalExchange exchange, int status, string text)
    {
        exchange.Status = status;
        exchange.Output.WriteText(text);
        return ValueTask.CompletedTask;
    }

    private static ValueTask RunAsync(LocalExchange exchange, Func<OrderResult> order) =>
        RunAsync(exchange, () => Task.FromResult(order()));

    private static async ValueTask RunAsync(LocalExchange exchange, Func<Task<OrderResult>> order)
    {
        OrderResult result = await Task.Run(order).ConfigureAwait(false);
        exchange.Status = StatusOf(result.Code);
        exchange.Output.WriteText(result.Text);
        exchange.Output.WriteText("\n"u8);
    }
}
