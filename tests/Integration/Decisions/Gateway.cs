using System.Net;
using Integration.Lab;
using Integration.Layer4;
using TestSupport;

namespace Integration.Decisions;

/// <summary>The sample nginx.conf as it is shipped, its addresses replaced by free ports, before a server that answers every request.</summary>
internal sealed class Gateway : IDisposable
{
    private readonly TemporaryFolder _home = new("gateway-");
    private readonly LoopbackProcess _server;
    private readonly LoopbackProcess _nginx;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <param name="appliance">Where the appliance answers questions, or will.</param>
    public Gateway(int appliance)
    {
        int servers = LoopbackProcess.FreePort(), port = LoopbackProcess.FreePort();
        string answering = $"events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{servers}; return 200 served; }} }}";
        _server = Start("server", servers, answering);
        try
        {
            string sample = File.ReadAllText(Path.Combine(Repository.Root, "samples/gateways/nginx.conf"));
            foreach ((string address, int real) in new[] { ("127.0.0.1:8080", port), ("127.0.0.1:9900", appliance), ("127.0.0.1:8000", servers) })
            {
                Assert.Contains(address + ";", sample.Replace(" max_fails=0", "", StringComparison.Ordinal), StringComparison.Ordinal);
                sample = sample.Replace(address, $"127.0.0.1:{real}", StringComparison.Ordinal);
            }

            _nginx = Start("nginx", port, sample);
        }
        catch
        {
            _server.Dispose();
            _home.Dispose();
            throw;
        }

        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
    }

    public HttpResponseMessage Get(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return _client.Send(request);
    }

    public HttpStatusCode Status(string path, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage answer = Get(path, headers);
        return answer.StatusCode;
    }

    public void Dispose()
    {
        _client.Dispose();
        _nginx.Dispose();
        _server.Dispose();
        _home.Dispose();
    }

    private LoopbackProcess Start(string name, int port, string config)
    {
        string file = _home.PathOf(name + ".conf");
        File.WriteAllText(file, config);
        return LoopbackProcess.Start(
            port, "nginx", "-e", _home.PathOf(name + ".error"), "-c", file, "-g", $"daemon off; worker_processes 1; pid {_home.PathOf(name + ".pid")};");
    }
}
