namespace Appliance.Limiter.Memory;

/// <summary>
/// The bits of a slot's arbiter word. What decides whether a slot may be given to another key is in the word and in the slot's
/// <see cref="Slot.Until"/>, so nobody needs the rule to judge it.
/// <code>
/// bit  63  62  61             50 49          30 29        0
///      0   |-------------------- FullAt ------------------|  bucket: when it is full again; 0 = never used
///      1   0   |- incarnation, 12 -|----- value, 50 ------|  counter of a window that ends at Until
///      1   1   |------- incarnation, 32 ------|- value, 30-|  gauge: what is in flight now
///      1   1   1 ....................................... 1  being claimed
/// </code>
/// The incarnation is the low part of the slot's own count of lives: a swap prepared in an earlier life of a counter fails. A window
/// lasts a second or longer, so 4,096 of them outlast any preemption; a gauge can be born and die within a microsecond and has more. A
/// bucket needs none, because its value only grows from life to life.
/// </summary>
internal static class SlotWord
{
    public const ulong Unused = 0;
    public const ulong Claimed = ulong.MaxValue;

    /// <summary>Quanta that a counter can hold: 1.1e15.</summary>
    public const ulong MaxCounter = (1UL << CounterBits) - 1;

    /// <summary>In flight at most; one less than the field holds, so that no gauge looks like <see cref="Claimed"/>.</summary>
    public const ulong MaxGauge = (1UL << GaugeBits) - 2;

    private const int CounterBits = 50;
    private const int GaugeBits = 30;
    private const ulong CounterMark = 1UL << 63;
    private const ulong GaugeMark = CounterMark | (1UL << 62);

    public static bool IsBucket(ulong word) => (long)word > 0;

    public static bool IsCounter(ulong word) => (word & GaugeMark) == CounterMark;

    public static bool IsGauge(ulong word) => word >= GaugeMark && word != Claimed;

    public static ulong Counter(ulong incarnation, ulong value) =>
        CounterMark | ((incarnation << CounterBits) & (GaugeMark ^ ulong.MaxValue)) | value;

    public static ulong Gauge(ulong incarnation, ulong value) =>
        GaugeMark | ((incarnation << GaugeBits) & (GaugeMark ^ ulong.MaxValue)) | value;

    /// <summary>The value of a counter or a gauge.</summary>
    public static ulong ValueOf(ulong word) => word & (IsCounter(word) ? MaxCounter : (1UL << GaugeBits) - 1);

    /// <summary>
    /// True when forgetting a slot changes no answer: it was never used, its bucket was full before <paramref name="now"/>, its window
    /// was over, or nothing has been in flight since.
    /// </summary>
    /// <param name="word">The slot's word.</param>
    /// <param name="until">The slot's <see cref="Slot.Until"/>, of the same life.</param>
    /// <param name="now">Units.</param>
    public static bool IsFree(ulong word, ulong until, ulong now)
    {
        if ((long)word >= 0) return word < now || word == Unused;
        if (IsCounter(word)) return until < now;
        return word != Claimed && ValueOf(word) == 0 && until < now;
    }

    /// <summary>What a give-back leaves: never less than nothing used, for a bucket never more than full at <paramref name="now"/>.</summary>
    public static ulong Less(ulong word, ulong cost, ulong now)
    {
        if (!IsBucket(word)) return word - Math.Min(cost, ValueOf(word));
        // A debt cut to a newer definition may be smaller than a cost taken under the older one.
        return word <= now ? word : Math.Max(word - Math.Min(cost, word), now);
    }
}
