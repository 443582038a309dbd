namespace Proxy.Tests.Support;

/// <summary>Bounded waiting. The limit is generous because it is reached only by a failing test.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A token that fires at the limit.</summary>
    public static CancellationToken Token => new CancellationTokenSource(Limit).Token;

    /// <summary>The task's result, or a failure at the limit.</summary>
    public static Task<T> In<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>The task's end, or a failure at the limit.</summary>
    public static Task In(this Task task) => task.WaitAsync(Limit);

    /// <summary>Waits until a condition holds that only polling can see.</summary>
    public static async Task Until(Func<bool> condition, Func<string> otherwise)
    {
        long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end) Assert.Fail(otherwise());
            await Task.Delay(1);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    public static Task Until(Func<bool> condition, string what) => Until(condition, () => $"not within {Limit.TotalSeconds} s: {what}");
}
