using System.Collections.Immutable;

namespace Appliance.Vrrp.Monitors;

/// <summary>
/// Which links count as up, after debouncing, and how many pairs are active. Link 0 is the interface of the virtual addresses.
/// Pure; times are monotonic nanoseconds. One thread; allocates nothing after construction.
/// </summary>
internal sealed class LinkMonitor
{
    private const long Never = long.MaxValue;
    private readonly ImmutableArray<ImmutableArray<int>> _pairs;
    private readonly long _downNs;
    private readonly long _upNs;
    private readonly bool[] _seen;
    private readonly bool[] _counted;
    private readonly long[] _changeAtNs;

    /// <param name="up">How each link is now; counts at once.</param>
    /// <param name="pairs">Indexes into it.</param>
    /// <param name="minimum">Fewer active pairs are too few.</param>
    /// <param name="downNs">How long a link must be down before that counts.</param>
    /// <param name="upNs">How long it must be up again.</param>
    public LinkMonitor(ReadOnlySpan<bool> up, ImmutableArray<ImmutableArray<int>> pairs, int minimum, long downNs, long upNs)
    {
        (_pairs, Minimum, _downNs, _upNs) = (pairs, minimum, downNs, upNs);
        _seen = up.ToArray();
        _counted = up.ToArray();
        _changeAtNs = new long[up.Length];
        Array.Fill(_changeAtNs, Never);
        Count();
    }

    public int Minimum { get; }

    public int Pairs => _pairs.Length;

    public int ActivePairs { get; private set; }

    public bool TooFew => ActivePairs < Math.Min(Minimum, Pairs);

    public bool Carrier => _counted[0];

    /// <summary>When <see cref="Settle"/> can change something; long.MaxValue: no link is settling.</summary>
    public long NextNs { get; private set; } = Never;

    public bool IsUp(int link) => _counted[link];

    /// <summary>What was seen of a link, by event or by polling.</summary>
    public void See(int link, bool up, long nowNs)
    {
        if (_seen[link] == up) return;
        _seen[link] = up;
        long delay = up ? _upNs : _downNs;
        _changeAtNs[link] = up == _counted[link] ? Never : nowNs + delay;
        FindNext();
    }

    /// <summary>Counts what has lasted long enough. True: something counts differently now.</summary>
    public bool Settle(long nowNs)
    {
        if (nowNs < NextNs) return false;
        for (int link = 0; link < _seen.Length; link++)
        {
            if (nowNs < _changeAtNs[link]) continue;
            _counted[link] = _seen[link];
            _changeAtNs[link] = Never;
        }

        FindNext();
        Count();
        return true;
    }

    private void FindNext()
    {
        NextNs = Never;
        foreach (long at in _changeAtNs) NextNs = Math.Min(NextNs, at);
    }

    private void Count()
    {
        int active = 0;
        foreach (ImmutableArray<int> pair in _pairs)
        {
            bool all = true;
            foreach (int link in pair) all &= _counted[link];
            if (all) active++;
        }

        ActivePairs = active;
    }
}
