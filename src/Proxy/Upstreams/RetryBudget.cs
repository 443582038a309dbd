namespace Appliance.Proxy.Upstreams;

/// <summary>
/// Keeps retries from becoming a storm: over the last ten seconds a fifth of the requests may be tried again, but ten a second always may. One
/// per upstream and loop; belongs to the loop's thread.
/// </summary>
internal sealed class RetryBudget
{
    /// <summary>Retries that each second may have whatever the traffic.</summary>
    internal const int FloorPerSecond = 10;

    /// <summary>Share of the requests, as one part in so many.</summary>
    internal const int OneIn = 5;

    /// <summary>Seconds that are looked at, the present one included.</summary>
    internal const int Seconds = 10;

    private readonly int[] _requests = new int[Seconds];
    private readonly int[] _retries = new int[Seconds];
    private long _second = long.MinValue;
    private long _requestSum;
    private long _retrySum;

    /// <summary>A request has come (not one of its retries).</summary>
    internal void CountRequest(long nowNs)
    {
        _requests[Advance(nowNs)]++;
        _requestSum++;
    }

    /// <summary>Takes one retry; false: there is none left.</summary>
    internal bool TryTake(long nowNs)
    {
        int at = Advance(nowNs);
        if (_retries[at] >= FloorPerSecond && (_retrySum + 1) * OneIn > _requestSum) return false;
        _retries[at]++;
        _retrySum++;
        return true;
    }

    /// <summary>Forgets the seconds that have left the window; returns the place of the present one.</summary>
    private int Advance(long nowNs)
    {
        long second = nowNs / 1_000_000_000;
        if (second > _second)
        {
            long first = _second == long.MinValue ? second - Seconds : Math.Max(_second, second - Seconds);
            for (long left = first + 1; left <= second; left++)
            {
                int place = Place(left);
                _requestSum -= _requests[place];
                _retrySum -= _retries[place];
                _requests[place] = _retries[place] = 0;
            }

            _second = second;
        }

        return Place(second);
    }

    private static int Place(long second) => (int)(((second % Seconds) + Seconds) % Seconds);
}
