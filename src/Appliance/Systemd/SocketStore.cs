namespace Appliance.Systemd;

/// <summary>
/// Keeps systemd's store in step with the sockets that the data plane listens on, so that they outlive this process: while nobody accepts, the
/// kernel queues new connections, and the next process takes them. A socket in the store that nobody accepts from would swallow its share of
/// the connections, so what is no longer wanted is taken out. One thread at a time.
/// </summary>
/// <param name="notifier">Speaks to systemd.</param>
/// <param name="stored">Names that systemd holds from before.</param>
internal sealed class SocketStore(ServiceNotifier notifier, IEnumerable<string> stored)
{
    private readonly HashSet<string> _stored = [.. stored];

    /// <summary>systemd holds our sockets: they outlive this process.</summary>
    public bool HoldsSockets => _stored.Count > 0;

    /// <summary>Stores what is new, and removes what is gone.</summary>
    /// <param name="visit">Shows every listening socket with its name.</param>
    public void Update(Action<Action<string, int>> visit)
    {
        HashSet<string> present = [];
        visit((name, descriptor) =>
        {
            present.Add(name);
            if (!_stored.Contains(name) && notifier.Store(name, descriptor)) _stored.Add(name);
        });
        foreach (string name in _stored.Except(present).ToArray())
        {
            if (notifier.Remove(name)) _stored.Remove(name);
        }
    }
}
