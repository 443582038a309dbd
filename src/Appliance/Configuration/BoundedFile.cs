namespace Appliance.Configuration;

/// <summary>Reads a small file whole; a device or an enormous file costs no more than the bound.</summary>
internal static class BoundedFile
{
    /// <summary>How it went.</summary>
    internal enum Outcome
    {
        /// <summary>Read.</summary>
        Read,

        /// <summary>Does not exist.</summary>
        NotFound,

        /// <summary>May not be read.</summary>
        NotPermitted,

        /// <summary>Too large, a directory, or an error of the disk.</summary>
        Failed,
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="maximumBytes">The most it may hold.</param>
    /// <returns>The content when read; else one line for the operator.</returns>
    public static (Outcome Outcome, byte[] Content, string Problem) Read(string path, int maximumBytes)
    {
        if (Directory.Exists(path)) return (Outcome.Failed, [], "this is a directory, not a file");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] buffer = new byte[maximumBytes + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > maximumBytes
                ? (Outcome.Failed, [], $"the file is larger than {maximumBytes / 1024} KiB")
                : (Outcome.Read, buffer[..length], "");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return (Outcome.NotFound, [], "the file does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            return (Outcome.NotPermitted, [], "the file may not be read: permission denied");
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or NotSupportedException)
        {
            return (Outcome.Failed, [], $"the file cannot be read: {failure.Message}");
        }
    }
}
