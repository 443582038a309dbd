namespace Appliance.Hosting;

/// <summary>Replaces a file so that a reader, or a power cut, finds the old content or the new one and nothing between.</summary>
internal static class AtomicFile
{
    /// <exception cref="IOException">The disk is full, the directory missing.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static void Write(string file, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string temporary = $"{file}.{Environment.ProcessId}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode };
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
