namespace Limiter.Benchmarks;

/// <summary>Which keys are asked about.</summary>
internal static class KeyDraw
{
    public static int[] Uniform(int keys, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(keys))];
    }

    /// <summary>Zipf's law with exponent 1: the k-th most frequent key is asked about in proportion to 1 / k. Ranks are strewn over the keys.</summary>
    public static int[] Zipf(int keys, int count, int seed)
    {
        const long Prime = 982_451_653;
        var random = new Random(seed);
        double span = Math.Log(keys + 1.0);
        return [.. Enumerable.Range(0, count).Select(_ => (int)((Math.Min((long)Math.Exp(random.NextDouble() * span), keys) - 1) * Prime % keys))];
    }
}
