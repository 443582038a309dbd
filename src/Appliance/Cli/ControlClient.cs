using System.Net.Sockets;

namespace Appliance.Cli;

/// <summary>The CLI's door to the daemon: HTTP over the Unix socket. One request per instance is the normal use.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly string _socketPath;
    private readonly HttpClient _http;

    public ControlClient(string socketPath, TimeSpan limit)
    {
        _socketPath = socketPath;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, UseCookies = false })
        {
            BaseAddress = new Uri("http://control"),
            Timeout = limit,
        };
    }

    /// <summary>Sends one request; never throws for what a daemon, or the lack of one, can cause.</summary>
    public async Task<ControlAnswer> SendAsync(HttpMethod method, string target, CancellationToken cancellation = default)
    {
        try
        {
            using var request = new HttpRequestMessage(method, target);
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return new ControlAnswer(CodeOf((int)response.StatusCode), text);
        }
        catch (HttpRequestException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return new ControlAnswer(
                ExitCode.NotPermitted,
                $"{_socketPath}: permission denied; run this command as root or as a member of the daemon's group");
        }
        catch (HttpRequestException error)
        {
            // The runtime's text for a missing socket file speaks of addresses; what is missing is the daemon.
            string why = File.Exists(_socketPath) ? (error.InnerException ?? error).Message : "no such socket";
            return new ControlAnswer(
                ExitCode.Unreachable, $"cannot reach the daemon at {_socketPath}: {why}; is it running? (systemctl status appliance)");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ControlAnswer(
                ExitCode.Unreachable, $"the daemon at {_socketPath} did not answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private static ExitCode CodeOf(int status) => status switch
    {
        >= 200 and < 300 => ExitCode.Ok,
        422 => ExitCode.Invalid,
        403 => ExitCode.NotPermitted,
        500 => ExitCode.Internal,
        _ => ExitCode.Failed,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
