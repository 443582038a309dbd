using System.Net.Sockets;
using System.Text.Json;

namespace Integration.Lab;

/// <summary>Reads a daemon's status through its control socket, which a network namespace does not hide.</summary>
internal sealed class ControlSocket : IDisposable
{
    private readonly HttpClient _client;

    public ControlSocket(string path) => _client = new HttpClient(new SocketsHttpHandler
    {
        // Each question on its own connection: the daemon behind the path changes when a test restarts it.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://control/"),
        Timeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>The status document; null while no daemon answers.</summary>
    public JsonElement? Status()
    {
        try
        {
            using var answer = _client.Send(new HttpRequestMessage(HttpMethod.Get, "v1/status"));
            using var body = answer.Content.ReadAsStream();
            return JsonDocument.Parse(body).RootElement;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
