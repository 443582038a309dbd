namespace Integration.Operator;

/// <summary>A few clients that ask without a pause until they are stopped.</summary>
internal sealed class Load : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<(int Failed, string Last)>[] _clients;

    public Load(string url) => _clients = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => AskAsync(url)))];

    /// <summary>Requests that got no answer or another than 200, and what was wrong with the last of them.</summary>
    public async Task<(int Failed, string Last)> StopAsync()
    {
        await _stop.CancelAsync();
        (int Failed, string Last)[] all = await Task.WhenAll(_clients);
        return (all.Sum(one => one.Failed), all.Max(one => one.Last)!);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_clients);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task<(int Failed, string Last)> AskAsync(string url)
    {
        int failed = 0;
        string last = "";
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using HttpResponseMessage answer = await _client.GetAsync(url);
                if ((int)answer.StatusCode == 200) continue;
                last = answer.StatusCode.ToString();
            }
            catch (HttpRequestException error)
            {
                last = error.ToString();
            }

            failed++;
        }

        return (failed, last);
    }
}
