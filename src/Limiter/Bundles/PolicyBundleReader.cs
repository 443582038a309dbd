using System.Security.Cryptography;
using Appliance.Limiter.Bundles;

namespace Appliance.Limiter;

/// <summary>
/// Reads and compiles policy bundles in Fairvisor's format (policies.md part B section 1). Any error refuses the whole bundle; what
/// nobody knows is a lint.
/// </summary>
public static class PolicyBundleReader
{
    private static readonly BundleOptions Defaults = new();

    /// <summary>Reads a whole bundle; collects every error; never throws, whatever the bytes are. Thread-safe.</summary>
    /// <param name="utf8Json">The file's bytes, at most 50 MiB.</param>
    /// <param name="now">Wall-clock time, against which expires_at is checked.</param>
    public static BundleReadResult Read(ReadOnlySpan<byte> utf8Json, DateTimeOffset now) => Read(utf8Json, now, Defaults);

    /// <summary>As <see cref="Read(ReadOnlySpan{byte}, DateTimeOffset)"/>, with what the configuration says.</summary>
    /// <param name="utf8Json">The file's bytes, at most 50 MiB.</param>
    /// <param name="now">Wall-clock time, against which expires_at is checked.</param>
    /// <param name="options">What the bundle itself cannot know.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share of <paramref name="options"/> is out of its range.</exception>
    public static BundleReadResult Read(ReadOnlySpan<byte> utf8Json, DateTimeOffset now, BundleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InstanceShare, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.InstanceShare, InstanceShare.MaxInstances, nameof(options));
        if (utf8Json.Length > BundleParser.MaxBytes)
            return new BundleReadResult(null, [new BundleError("", 1, 1, $"the file is larger than {BundleParser.MaxBytes} bytes")], []);
        var findings = new BundleFindings();
        PolicySnapshot? snapshot = BundleParser.Parse(utf8Json, findings) is { } document
            ? new BundleCompiler(findings, now, options).Compile(utf8Json, document, Convert.ToHexStringLower(SHA256.HashData(utf8Json)))
            : null;
        return new BundleReadResult(findings.HasErrors ? null : snapshot, findings.Errors(utf8Json), findings.Lints(utf8Json));
    }
}
