namespace Appliance.Limiter;

/// <summary>Reads and compiles policy bundles.</summary>
public static class PolicyBundleReader
{
    /// <summary>Reads a whole bundle; collects every error; never throws, whatever the bytes are.</summary>
    /// <param name="utf8Json">The file's bytes, at most 50 MB.</param>
    /// <param name="now">Wall-clock time, against which expires_at is checked.</param>
    public static BundleReadResult Read(ReadOnlySpan<byte> utf8Json, DateTimeOffset now) => throw new NotSupportedException();
}
