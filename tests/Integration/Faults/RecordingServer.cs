namespace Integration.Faults;

/// <summary>A server that keeps every byte it gets and answers each request that the strict reading finds.</summary>
internal sealed class RecordingServer : IDisposable
{
    private readonly Dictionary<ScriptedConnection, string> _streams = [];
    private readonly Lock _gate = new();
    private readonly ScriptedServer _server;

    public RecordingServer() => _server = new ScriptedServer(Serve);

    public int Port => _server.Port;

    /// <summary>What came on each connection since the last call.</summary>
    public List<string> Take()
    {
        lock (_gate)
        {
            List<string> taken = [.. _streams.Values];
            _streams.Clear();
            return taken;
        }
    }

    public void Dispose() => _server.Dispose();

    private void Serve(ScriptedConnection connection)
    {
        string unanswered = "";
        while (true)
        {
            string read = connection.Read();
            lock (_gate) _streams[connection] = _streams.GetValueOrDefault(connection, "") + read;
            unanswered += read;
            List<string> requests = Reading.Strict.Requests(unanswered, out int rest);
            unanswered = unanswered[rest..];
            foreach (string _ in requests) connection.Answer("ok");
        }
    }
}
