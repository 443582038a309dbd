using System.Net.Sockets;

namespace Probe;

/// <summary>One try: a connection, or a request and its answer. Never throws; everything ends in the tally.</summary>
internal sealed class Attempt(ProbeOptions options, Tally tally, ProbeClock clock, ConnectionPool pool)
{
    public async Task RunAsync()
    {
        tally.Attempt();
        double askedMs = clock.NowMs;
        using var deadline = new CancellationTokenSource(options.Timeout);
        try
        {
            var (status, servedBy) = options.IsHttp ? await AskAsync(deadline.Token) : await ConnectAsync(deadline.Token);
            if (status >= 500) tally.Fail($"status_{status}");
            else tally.Answer(askedMs, clock.NowMs, status, servedBy);
        }
        catch (OperationCanceledException)
        {
            tally.Fail("timeout");
        }
        catch (SocketException error)
        {
            tally.Fail(Reason(error.SocketErrorCode));
        }
        catch (EndOfStreamException)
        {
            tally.Fail("closed");
        }
        catch (InvalidDataException)
        {
            tally.Fail("malformed");
        }
    }

    private static string Reason(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.ConnectionReset or SocketError.Shutdown => "reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "unreachable",
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => "no_local_port",
        _ => error.ToString(),
    };

    private async Task<(int Status, string ServedBy)> ConnectAsync(CancellationToken deadline)
    {
        using var connection = await HttpConnection.OpenAsync(options.Target, deadline);
        return (0, "");
    }

    private async Task<(int Status, string ServedBy)> AskAsync(CancellationToken deadline)
    {
        if (pool.TryTake() is { } kept)
        {
            try
            {
                return await ExchangeAsync(kept, deadline);
            }
            catch (Exception error) when (!kept.AnswerBegan && error is SocketException or EndOfStreamException)
            {
                // What every HTTP client does with an idempotent request when the server closed an idle connection.
                tally.Retry();
            }
        }

        return await ExchangeAsync(await HttpConnection.OpenAsync(options.Target, deadline), deadline);
    }

    private async Task<(int Status, string ServedBy)> ExchangeAsync(HttpConnection connection, CancellationToken deadline)
    {
        bool keep = false;
        try
        {
            var answer = await connection.AskAsync(pool.Request, deadline);
            keep = options.Reuse && connection.Reusable;
            return answer;
        }
        finally
        {
            if (keep) pool.Return(connection);
            else connection.Dispose();
        }
    }
}
