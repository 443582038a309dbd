using System.Diagnostics;
using System.Runtime.CompilerServices;
using Appliance.Limiter;
using Appliance.Limiter.DebugSessions;
using Appliance.Limiter.Llm;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer7;

/// <summary>A client connection of an http listener: each request is judged, routed and exchanged with a server.</summary>
internal sealed class ProxyConnection : HttpConnection
{
    private readonly PolicyEngine? _policies;
    private readonly DelayedRequests _delayed;
    private readonly byte[] _address = new byte[45];
    private readonly int _addressLength;
    private readonly ClientAddress _peer;

    internal ProxyConnection(Connection client, Listener listener, HttpLoop loop, PolicyEngine? policies, DelayedRequests delayed, ILogger log)
        : base(client, listener, loop, log)
    {
        _policies = policies;
        _delayed = delayed;
        _peer = client.ClientAddress;
        _addressLength = _peer.Format(_address);
    }

    private RequestHead Request => Exchange.Request;

    /// <inheritdoc/>
    private protected override ValueTask<bool> ServeAsync()
    {
        ReadOnlySpan<byte> head = Head;
        HttpExchange exchange = Exchange;
        if (!exchange.Normalize(head)) return AnswerErrorAsync(HttpError.BadTarget);
        if (Snapshot.Trusted.Contains(_peer))
        {
            ClientAddress client = ForwardedFor.NearestUntrusted(Request, head, _peer, Snapshot.Trusted, out bool secure);
            exchange.BelieveTrustedPeer(head, client, secure);
        }

        exchange.HidesDebugSession = _policies?.Settings.DebugKey is not null;
        exchange.EnsureId(Loop.Ids);
        HttpRules rules = Snapshot.Http!; // The listener is an http one, or this type would not serve it.
        if (rules.RefusesBody(Request)) return AnswerErrorAsync(HttpError.BodyTooLarge);
        if (!Snapshot.Settings.EnforcePolicies || _policies is null) return RouteAsync();
        return Request.HasBody && NeedsBody(_policies) ? ReadAndJudgeAsync(_policies) : JudgeAsync(_policies);
    }

    /// <summary>The request may pass: where to?</summary>
    private ValueTask<bool> RouteAsync()
    {
        HttpRules rules = Snapshot.Http!;
        if (rules.HttpsRedirect is { } toHttps && !Client.IsSecure && !Exchange.ForwardedSecure) return RedirectAsync(toHttps);
        if (Snapshot.Routes.Find(Exchange.Host, Exchange.Path) is not { } route) return AnswerErrorAsync(HttpError.NoRoute);
        Exchange.Route = route;
        return route.Pool is { } pool ? ForwardAsync(pool.On(Client.Loop)) : ActAsync(route);
    }

    /// <summary>Answers as the route says.</summary>
    private ValueTask<bool> ActAsync(Route route)
    {
        if (route.Redirect is { } redirect) return RedirectAsync(redirect);
        FixedBody answer = route.Response!; // Every route has an upstream, a redirect or a response.
        AnswerFrame frame = BeginAnswer(mayKeep: true);
        LocalAnswer.WriteFixed(frame, answer);
        return EndAnswerAsync(answer.Status, frame.KeepAlive);
    }

    private ValueTask<bool> RedirectAsync(RedirectAction redirect)
    {
        // Without a host (HTTP/1.0) there is nowhere to send the client.
        if (Exchange.Host.IsEmpty && redirect.Location.Variables.HasFlag(TemplateVariable.Host)) return AnswerErrorAsync(HttpError.MissingHost);
        ReadOnlySpan<byte> head = Head;
        int status = redirect.Status(Request.Method(head));
        AnswerFrame frame = BeginAnswer(mayKeep: true);
        LocalAnswer.WriteRedirect(frame, status, redirect.Location, Exchange.Host, Request.Target(head));
        return EndAnswerAsync(status, frame.KeepAlive);
    }

    /// <inheritdoc/>
    private protected override void OnRequestEnd(HttpExchange exchange)
    {
        if (exchange.Lease.IsEmpty) return;
        DecisionLease lease = exchange.Lease;
        exchange.Lease = default;
        PolicyEngine policies = _policies!; // Only the engine leases.
        EventLoop loop = Client.Loop;
        if (exchange.IsMetered)
        {
            // A model that was not reached, or that refused, has used nothing.
            bool unused = exchange.Attempt.Status is < 200 or > 299;
            if (unused) policies.Settle(in lease, 0, loop.NowNs, loop.Number);
            else if (exchange.Meter.TryGetUsage(out LlmUsage usage)) policies.Settle(in lease, usage.TotalTokens, loop.NowNs, loop.Number);
            exchange.Meter.End();
        }

        policies.Release(ref lease, loop.NowNs, loop.Number);
    }

    /// <inheritdoc/>
    private protected override void OnClientLost()
    {
        Client.MarkError(ConnectionError.Reset);
        if (IsIdle) return;
        // Either ends the request within the call.
        if (Exchange.Delay.IsWaiting) Exchange.Delay.End();
        else Exchange.Attempt.Abandon();
    }

    private bool NeedsBody(PolicyEngine policies)
    {
        PolicyTurn turn = policies.Enter(Client.Loop.Number);
        var view = new RequestView(Exchange, Head, turn.Describer, Client.Loop.UnixMs);
        return turn.NeedsBody(in view);
    }

    /// <summary>A rule counts what a language model will be asked: the body is read before the request is judged, and sent on from where it lies.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> ReadAndJudgeAsync(PolicyEngine policies)
    {
        LlmRequestReader reader = Exchange.Meter.Request;
        reader.Reset();
        Exchange.Body.Begin(Client, Request, Snapshot.Http!, Snapshot.Timeouts.Response);
        RelayEnd end = await Exchange.Body.HoldAsync(reader);
        if (end != RelayEnd.Complete)
        {
            HttpError error = RequestBody.ErrorOf(end);
            return error != HttpError.None && await AnswerErrorAsync(error);
        }

        LlmRequestReading reading = reader.Finish();
        Exchange.Llm = new LlmRequestNumbers(reading.PromptTokens, reading.CompletionCap, Exchange.Body.HashHeld());
        return await JudgeAsync(policies);
    }

    private ValueTask<bool> JudgeAsync(PolicyEngine policies)
    {
        PolicyTurn turn = policies.Enter(Client.Loop.Number);
        var view = new RequestView(Exchange, Head, turn.Describer, Client.Loop.UnixMs);
        // Looking at the clock twice costs a tenth of a decision.
        bool timed = Loop.IsTimed() || policies.Settings.DebugKey is not null;
        long begin = timed ? Stopwatch.GetTimestamp() : 0;
        Decision decision = turn.Decide(in view, Client.Loop.NowNs, Client.Loop.UnixMs, _delayed);
        long tookNs = timed ? (long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds : 0;
        if (timed) policies.CountDuration(Client.Loop.Number, tookNs);
        Exchange.Lease = decision.Lease;
        Exchange.Record.Verdict = decision.Reason;
        if (decision.Reason == DecisionReason.NoBundleLoaded)
        {
            return Snapshot.Settings.OpenOnPolicyFailure ? RouteAsync() : AnswerErrorAsync(HttpError.NoPolicies);
        }

        if (DebugSession.IsOpen(policies.Settings.DebugKey, in view, Client.Loop.UnixMs, turn.Compatibility)) Exchange.SetLimits(turn, in view, in decision, tookNs);
        else Exchange.SetLimits(decision);
        if (!decision.Allowed)
        {
            Counters.RejectedByPolicy++;
            if (IsOfModel(decision.Reason)) return RefuseModelAsync(in decision);
            return AnswerErrorAsync(decision.Reason == DecisionReason.TokenInvalid ? HttpError.InvalidToken : HttpError.LimitedByPolicy);
        }

        if (decision.Lease.WantsUsage)
        {
            Exchange.IsMetered = true;
            Exchange.Meter.Begin(decision.Lease.Stream, LlmProviders.OfPath(Exchange.Path), decision.Lease.PromptTokens);
        }

        return decision.DelayMs > 0 ? RouteLaterAsync(decision.DelayMs) : RouteAsync();
    }

    private static bool IsOfModel(DecisionReason reason) => reason is DecisionReason.TpmExceeded or DecisionReason.TpdExceeded
        or DecisionReason.PromptTokensExceeded or DecisionReason.MaxTokensPerRequestExceeded;

    /// <summary>The libraries of language models read the body of a 429, each its provider's shape.</summary>
    private ValueTask<bool> RefuseModelAsync(in Decision decision)
    {
        Span<byte> body = stackalloc byte[LlmErrorBody.MaxLength];
        int length = LlmErrorBody.Write(
            LlmProviders.OfPath(Exchange.Path), DecisionReasons.Utf8Name(decision.Reason), decision.RetryAfterSeconds, body);
        AnswerFrame frame = BeginAnswer(mayKeep: true);
        LocalAnswer.WriteHead(frame, 429, "application/json"u8, length, default);
        if (frame.WithBody) Client.Writer.Append(body[..length]);
        Exchange.Record.Error = HttpError.LimitedByPolicy;
        return EndAnswerAsync(429, frame.KeepAlive);
    }

    /// <summary>The request waits, without a thread, and goes on unless its client has gone meanwhile.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> RouteLaterAsync(int delayMs)
    {
        _ = await Exchange.Delay.WaitAsync(Client.Loop, Client.Loop.NowNs + delayMs * 1_000_000L);
        _delayed.Leave();
        return Client.Error == ConnectionError.None && await RouteAsync();
    }

    /// <summary>
    /// Tries servers until one has begun to answer. A server that fails costs a try; a kept connection that turns out to be closed costs none, for
    /// a request that may be repeated (RFC 9110 section 9.2.2), because the server has not seen it.
    /// </summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> ForwardAsync(LoopPool pool)
    {
        RequestTries tries = Exchange.Tries;
        ulong key = pool.KeyOf(Head, Request, Exchange.Path, Exchange.Client);
        tries.Begin(pool, key, Request);
        if (Request.HasBody && !Exchange.Body.IsBegun) Exchange.Body.Begin(Client, Request, Snapshot.Http!, Snapshot.Timeouts.Response);
        HttpError failure = HttpError.NoServer;
        bool mayReuse = true;
        bool knowsServer = false;
        LoopServer? server = pool.IsSticky ? pool.FindSticky(Head, Request, out knowsServer) : null;
        LoopServer? named = server;
        while (Client.Error == ConnectionError.None)
        {
            server ??= await pool.NextAsync(tries.Tried, key);
            if (server is null) break;
            if (Client.Error != ConnectionError.None)
            {
                // Gone while it waited for a server.
                server.Conclude(ServerOutcome.Unknown);
                return false;
            }

            tries.Count(server);
            long deadlineNs = tries.DeadlineNs;
            Exchange.Record.OnAttempt(Exchange.Route.UpstreamName, server.HostText, pool.Loop.NowNs);
            ServerConnection? connection = mayReuse ? server.TakeIdle() : null;
            if (connection is null)
            {
                long connectNs = Math.Min(deadlineNs, pool.Loop.NowNs + Snapshot.Timeouts.Connect);
                if (!await server.ConnectAsync(connectNs, Client, out connection))
                {
                    failure = connection.Connection.Error == ConnectionError.TimedOut ? HttpError.ConnectTimeout : HttpError.ConnectFailed;
                    server.OnConnectFailed(connection);
                    server.Conclude(ServerOutcome.Failed);
                    server = null;
                    if (tries.MayRetry(failure, seen: false)) continue;
                    break;
                }

                server.OnConnected();
                Exchange.Record.OnConnected(pool.Loop.NowNs);
                if (Client.Error != ConnectionError.None)
                {
                    // Gone meanwhile, when there was no exchange to give up yet.
                    connection.Server.Discard(connection);
                    server.Conclude(ServerOutcome.Unknown);
                    return false;
                }
            }

            if (pool.IsSticky && !(knowsServer && server == named)) Exchange.SetCookie(pool, server, Client.IsSecure || Exchange.ForwardedSecure);
            WriteRequest(connection);
            ServerExchange attempt = Exchange.Attempt;
            ExchangeOutcome outcome = await attempt.RunAsync(connection, this, Snapshot, deadlineNs);
            if (attempt.Status == 101) server.Release();
            else server.Conclude(attempt.ServerOutcome);
            switch (outcome)
            {
                case ExchangeOutcome.NotBegun:
                    tries.Discount(server);
                    mayReuse = false;
                    server = null;
                    continue;
                case ExchangeOutcome.PassedOn:
                    server = tries.TakeOther();
                    continue;
                case ExchangeOutcome.Failed when attempt.IsRepeatable && tries.MayRetry(attempt.Failure, seen: true):
                    failure = attempt.Failure;
                    server = null;
                    continue;
                default:
                    return await ConcludeAsync(outcome, attempt);
            }
        }

        return Client.Error == ConnectionError.None && await AnswerErrorAsync(failure);
    }

    private void WriteRequest(ServerConnection connection)
    {
        var origin = new RequestOrigin(_address.AsSpan(0, _addressLength), Snapshot.Trusted.Contains(_peer), Client.IsSecure);
        UpstreamRequest.Write(connection.Connection.Writer, Head, Exchange, Snapshot.Http!.Forwarded, origin, connection.Server.HostText);
    }

    private ValueTask<bool> ConcludeAsync(ExchangeOutcome outcome, ServerExchange attempt)
    {
        if (outcome == ExchangeOutcome.Failed) return AnswerErrorAsync(attempt.Failure);
        Exchange.Record.Status = attempt.Status;
        if (attempt.Status > 0) Counters.CountAnswer(attempt.Status);
        if (outcome == ExchangeOutcome.Ended)
        {
            // The client may still be sending: a body that nobody wants, or a next request. Not so one that said close and is through.
            bool through = !Request.KeepAlive && !Request.HasBody && Client.Reader.Unread == Request.Length;
            if (!through) LingerAtClose();
            return new(false);
        }

        SkipRequest();
        return new(true);
    }
}
