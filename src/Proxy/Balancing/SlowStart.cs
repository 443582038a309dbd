namespace Appliance.Proxy.Balancing;

/// <summary>The weight of a server that came back grows in a straight line from a tenth to the whole. Pure.</summary>
internal static class SlowStart
{
    /// <summary>Effective weight of weight 1 in full.</summary>
    internal const int Full = 100;

    private const int Start = 10;

    /// <summary>The effective weight in hundredths.</summary>
    /// <param name="weight">As configured.</param>
    /// <param name="sinceNs">When the server came back; <see cref="long.MinValue"/>: it was never away.</param>
    /// <param name="spanNs">How long it takes; 0: at once.</param>
    /// <param name="nowNs">Monotonic time.</param>
    internal static int Weight(int weight, long sinceNs, long spanNs, long nowNs)
    {
        if (spanNs <= 0 || sinceNs == long.MinValue) return weight * Full;
        long elapsed = nowNs - sinceNs;
        if (elapsed >= spanNs) return weight * Full;
        int percent = Start + (int)((Full - Start) * (double)Math.Max(0, elapsed) / spanNs);
        return weight * percent;
    }
}
