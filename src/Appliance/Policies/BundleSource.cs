using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>Reads a bundle file whole, within bounds, and has it compiled.</summary>
internal static class BundleSource
{
    /// <summary>What the reader takes at most (policies.md); a larger file is refused before it is read.</summary>
    public const long MaximumBytes = 50_000_000;

    /// <summary>Never throws for what a file can be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="options">What the bundle does not know; null: nothing in particular.</param>
    public static BundleRead Read(string file, DateTimeOffset now, BundleOptions? options = null)
    {
        byte[] content;
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (stream.Length > MaximumBytes) return BundleRead.Failed($"{file}: larger than {MaximumBytes / 1_000_000} MB");
            content = new byte[stream.Length];
            stream.ReadExactly(content);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return BundleRead.Failed($"{file}: no such file; name the bundle in policies.file");
        }
        catch (UnauthorizedAccessException)
        {
            return BundleRead.Failed($"{file}: permission denied; the daemon's user must be able to read it") with { NotPermitted = true };
        }
        catch (IOException error)
        {
            return BundleRead.Failed($"{file}: {error.Message}");
        }

        BundleReadResult result = PolicyBundleReader.Read(content, now, options ?? new BundleOptions());
        return new BundleRead(
            content,
            result.Snapshot,
            [.. result.Errors.Select(error => Place(file, error))],
            [.. result.Lints.Select(lint => Place(file, lint))]);
    }

    private static string Place(string file, BundleError error) =>
        error.Pointer.Length > 0
            ? $"{file}:{error.Line}:{error.Column}: {error.Pointer}: {error.Message}"
            : $"{file}:{error.Line}:{error.Column}: {error.Message}";
}
