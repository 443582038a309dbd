using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Listeners;

/// <summary>The traffic connections that were open at one moment. They are looked at on their loops; any thread may wait for their end.</summary>
internal sealed class PresentConnections
{
    private const int PollMs = 5;

    private readonly EventLoop[] _loops;
    private readonly List<Connection>[] _open;

    private PresentConnections(EventLoop[] loops, List<Connection>[] open) => (_loops, _open) = (loops, open);

    /// <summary>Takes down who is there now: clients, and servers of tunnels; not kept connections to servers, nor the admin address's.</summary>
    internal static async Task<PresentConnections> CaptureAsync(EventLoop[] loops)
    {
        List<Connection>[] open = await Task.WhenAll(loops.Select(loop => OnLoopAsync(
            loop, () => loop.Sources<Connection>().FindAll(one => !one.IsClosed && one.Owner is not (ServerConnection or LocalConnection))))).ConfigureAwait(false);
        return new PresentConnections(loops, open);
    }

    /// <summary>Completes when the last of them has ended, or time is up.</summary>
    /// <param name="deadlineMs">By <see cref="Environment.TickCount64"/>.</param>
    internal async Task WaitAsync(long deadlineMs)
    {
        for (int i = 0; i < _loops.Length; i++)
        {
            List<Connection> open = _open[i];
            while (Environment.TickCount64 < deadlineMs && await OnLoopAsync(_loops[i], () => open.RemoveAll(one => one.IsClosed) is var _ && open.Count > 0).ConfigureAwait(false))
            {
                await Task.Delay(PollMs).ConfigureAwait(false);
            }
        }
    }

    private static Task<T> OnLoopAsync<T>(EventLoop loop, Func<T> look)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => answer.SetResult(look()));
        return answer.Task;
    }
}
