using System.Globalization;
using Appliance.Hosting;

namespace Appliance.Policies;

/// <summary>
/// Remembers that an operator has rolled back, over restarts too: which content of the bundle file stays out until the file changes.
/// </summary>
/// <param name="FileSha256">Of the content that the file had then, 64 hexadecimal digits.</param>
/// <param name="At">When.</param>
internal sealed record RollbackMark(string FileSha256, DateTimeOffset At)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mark in a file; null: nobody has rolled back, or what is there is no mark.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public static RollbackMark? Read(string file)
    {
        if (!File.Exists(file)) return null;
        string[] parts = File.ReadAllText(file).TrimEnd().Split(' ');
        return parts is [{ Length: 64 } hash, var text]
            && DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? new RollbackMark(hash, at)
            : null;
    }

    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string text = $"{FileSha256} {At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n";
        AtomicFile.Write(file, System.Text.Encoding.ASCII.GetBytes(text), FileMode);
    }
}
