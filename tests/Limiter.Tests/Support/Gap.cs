namespace Limiter.Tests.Support;

/// <summary>
/// The moment between looking and writing that a broken table leaves open. On a machine with other work the threads of a test seldom run at the
/// same time: now and then the gap gives its processor away, so that another thread steps into it there, too.
/// </summary>
internal static class Gap
{
    private const int Calls = 16;

    [ThreadStatic]
    private static int _calls;

    public static void Open()
    {
        if (++_calls % Calls == 0) Thread.Yield();
    }
}
