namespace Limiter.Benchmarks;

/// <summary>One load per key, each needing the value that the one before brought: what an access to as many lines costs here.</summary>
internal sealed class MemoryContender(int keys) : Contender
{
    private const int IntsPerLine = 16;
    private readonly int[] _lines = Touched(keys);

    public override int Pass(ReadOnlySpan<int> keys, long nowNs)
    {
        int loaded = 0;
        foreach (int key in keys) loaded = _lines[(key + loaded) * IntsPerLine];
        return loaded;
    }

    /// <summary>All zeros, and written to: pages that nobody wrote to are all one page.</summary>
    private static int[] Touched(int keys)
    {
        int[] lines = new int[keys * IntsPerLine];
        for (int at = 0; at < lines.Length; at += IntsPerLine) Volatile.Write(ref lines[at], 0);
        return lines;
    }
}
