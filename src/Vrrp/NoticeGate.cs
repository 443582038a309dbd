namespace Appliance.Vrrp;

/// <summary>Lets one notice of a kind and reason through per period; a flood costs one comparison each. One thread.</summary>
internal sealed class NoticeGate
{
    private const long PeriodNs = 10_000_000_000;
    private const int ReasonsPerKind = 16;
    private readonly long[] _nextNs = new long[Enum.GetValues<HaNoticeKind>().Length * ReasonsPerKind];

    public bool Pass(HaNoticeKind kind, int reason, long nowNs)
    {
        ref long next = ref Next(kind, reason);
        if (nowNs < next) return false;
        next = nowNs + PeriodNs;
        return true;
    }

    public bool PassOnce(HaNoticeKind kind, int reason)
    {
        ref long next = ref Next(kind, reason);
        if (next == long.MaxValue) return false;
        next = long.MaxValue;
        return true;
    }

    private ref long Next(HaNoticeKind kind, int reason) => ref _nextNs[((int)kind * ReasonsPerKind) + (reason & (ReasonsPerKind - 1))];
}
