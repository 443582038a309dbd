namespace Proxy.Tests.Support;

/// <summary>Reads an eventfd the safe way.</summary>
internal static class EventCounter
{
    /// <summary>Its count; 0 when it was never signalled.</summary>
    public static ulong Read(int descriptor)
    {
        string? line = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(l => l.StartsWith("eventfd-count:", StringComparison.Ordinal));
        Assert.NotNull(line);
        return Convert.ToUInt64(line.Split(':')[1].Trim(), 16);
    }
}
