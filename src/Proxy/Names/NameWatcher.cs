using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>
/// Keeps the addresses of one name current, in the background: asks again when the time to live is over, and after a failure with growing
/// pauses. The addresses of the last good answer stay until there are others.
/// </summary>
internal sealed class NameWatcher : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly DnsResolver _resolver;
    private readonly string _name;
    private readonly Action<ImmutableArray<IPAddress>> _changed;
    private readonly Action<string?> _failing;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private ImmutableArray<IPAddress> _addresses;

    /// <summary>Prepares; nothing runs yet.</summary>
    /// <param name="resolver">Who is asked.</param>
    /// <param name="name">About what.</param>
    /// <param name="known">Addresses known already.</param>
    /// <param name="changed">Told of other addresses than before.</param>
    /// <param name="failing">Told of the first failure of a row with the reason, and with null of its end.</param>
    /// <param name="time">The clock.</param>
    internal NameWatcher(
        DnsResolver resolver, string name, ImmutableArray<IPAddress> known, Action<ImmutableArray<IPAddress>> changed, Action<string?> failing,
        TimeProvider time)
    {
        _resolver = resolver;
        _name = name;
        _addresses = known;
        _changed = changed;
        _failing = failing;
        _time = time;
        _stopped = _stop.Token;
    }

    /// <summary>Begins.</summary>
    internal void Start() => _ = Task.Run(RunAsync);

    /// <summary>Ends; nothing is told any more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>The pause after so many failures in a row. Pure.</summary>
    internal static TimeSpan PauseAfter(int failures)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 16));
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task RunAsync()
    {
        int failures = 0;
        try
        {
            while (true)
            {
                (string? failure, TimeSpan pause) = await AskAsync().ConfigureAwait(false);
                if (failure is not null && failures++ == 0) _failing(failure);
                if (failure is null && failures > 0)
                {
                    failures = 0;
                    _failing(null);
                }

                await Task.Delay(failure is null ? pause : PauseAfter(failures), _time, _stopped).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            // Stopped, as asked.
            return;
        }
    }

    private async Task<(string? Failure, TimeSpan Pause)> AskAsync()
    {
        try
        {
            Resolution result = await _resolver.ResolveAsync(_name, _stopped).ConfigureAwait(false);
            _stopped.ThrowIfCancellationRequested();
            if (result.Failure is null) Tell(result.Merge(_addresses));
            return (result.Failure, result.Ttl);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A bug of ours must not end the watching: it is told as the reason, and asked again.
            return (error.Message, default);
        }
    }

    private void Tell(ImmutableArray<IPAddress> addresses)
    {
        if (!_addresses.IsDefault && addresses.SequenceEqual(_addresses)) return;
        _addresses = addresses;
        _changed(addresses);
    }
}
