using System.Diagnostics;

namespace Integration.Lab;

/// <summary>Waiting for the outside world, which cannot be given a virtual clock: look again until it is so, or fail at the deadline.</summary>
internal static class Until
{
    /// <summary>Seconds; the limit is reached only by a failing test, and a shorter one would fail for a busy machine.</summary>
    private const double LeastLimit = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns as soon as <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="seconds"/>, or a minute if that is longer; says what was seen instead.</exception>
    public static void True(string what, Func<bool> condition, double seconds = 10, Func<string>? seen = null)
    {
        seconds = Math.Max(seconds, LeastLimit);
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds)
                throw new TimeoutException($"not within {seconds} s: {what}\n{seen?.Invoke()}");
            Thread.Sleep(Pause);
        }
    }

    /// <summary>Returns after <paramref name="seconds"/> in which <paramref name="condition"/> never ceased to hold.</summary>
    /// <exception cref="InvalidOperationException">It ceased.</exception>
    public static void Stays(string what, Func<bool> condition, double seconds, Func<string>? seen = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            if (!condition())
                throw new InvalidOperationException($"no longer so after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {what}\n{seen?.Invoke()}");
            Thread.Sleep(Pause);
        }
    }
}
