using Appliance.Configuration;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>Reads a bundle file whole, within bounds, and has it compiled.</summary>
internal static class BundleSource
{
    /// <summary>What the reader takes at most (policies.md); a larger file is refused before it is read.</summary>
    public const long MaximumBytes = 50_000_000;

    /// <summary>The detached signature lies beside its bundle.</summary>
    public const string SignatureSuffix = ".sig";

    /// <summary>Never throws for what a file can be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="options">What the bundle does not know.</param>
    /// <param name="signature">Must have signed it, in FILE.sig; null: no signature is asked for.</param>
    public static BundleRead Read(string file, DateTimeOffset now, BundleOptions options, BundleSignature? signature)
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

        // Before anything else is made of bytes that may be nobody's.
        if (signature is not null && !IsSigned(file, content, signature, out string problem)) return BundleRead.Failed(problem);
        BundleReadResult result = PolicyBundleReader.Read(content, now, options);
        return new BundleRead(
            content,
            result.Snapshot,
            [.. result.Errors.Select(error => Place(file, error))],
            [.. result.Lints.Select(lint => Place(file, lint))])
        {
            FoundErrors = result.Errors,
            FoundLints = result.Lints,
        };
    }

    private static bool IsSigned(string file, byte[] content, BundleSignature signature, out string problem)
    {
        (BoundedFile.Outcome outcome, byte[] signed, string why) = BoundedFile.Read(file + SignatureSuffix, BundleSignature.MaxSignatureFileBytes);
        if (outcome == BoundedFile.Outcome.Read && signature.Verify(content, signed, out why))
        {
            problem = "";
            return true;
        }

        problem = $"{file}{SignatureSuffix}: {why}; policies.public_key_file asks for a signature of every bundle";
        return false;
    }

    private static string Place(string file, BundleError error) =>
        error.Pointer.Length > 0
            ? $"{file}:{error.Line}:{error.Column}: {error.Pointer}: {error.Message}"
            : $"{file}:{error.Line}:{error.Column}: {error.Message}";
}
