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

        /// <summary>Too large, a directory, open to too many, or an error of the disk.</summary>
        Failed,
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="maximumBytes">The most it may hold.</param>
    /// <param name="refused">Mode bits that the file may not have; checked on the open file, so it cannot be exchanged in between.</param>
    /// <returns>The content when read; else one line for the operator.</returns>
    public static (Outcome Outcome, byte[] Content, string Problem) Read(string path, int maximumBytes, UnixFileMode refused = UnixFileMode.None)
    {
        if (Directory.Exists(path)) return (Outcome.Failed, [], "this is a directory, not a file");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (OperatingSystem.IsLinux() && (File.GetUnixFileMode(file.SafeFileHandle) & refused) != 0)
            {
                return (Outcome.Failed, [], "the file is open to everybody on this machine; chmod 0640 it");
            }

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
