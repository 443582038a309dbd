using System.Globalization;
using Appliance.Hosting;

namespace Appliance.Policies;

/// <summary>
/// The last good bundles, kept in the state directory for a start with a broken or missing file and for rollback (policies.md A15).
/// File names are rising numbers; the content is exactly what was applied.
/// </summary>
internal sealed class BundleArchive(string directory)
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 3;

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Directory => directory;

    /// <summary>The kept files, the newest first. An unreadable directory holds none.</summary>
    public IReadOnlyList<string> Newest()
    {
        if (!System.IO.Directory.Exists(directory)) return [];
        return [.. System.IO.Directory.EnumerateFiles(directory, "*.json")
            .Select(file => (File: file, Number: NumberOf(file)))
            .Where(entry => entry.Number > 0)
            .OrderByDescending(entry => entry.Number)
            .Select(entry => entry.File)];
    }

    /// <summary>Keeps a bundle that has just been applied, unless it is the newest already, and drops the oldest.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public void Keep(ReadOnlySpan<byte> bundle)
    {
        IReadOnlyList<string> kept = Newest();
        if (kept.Count > 0 && bundle.SequenceEqual(File.ReadAllBytes(kept[0]))) return;

        System.IO.Directory.CreateDirectory(directory, DirectoryMode);
        long number = kept.Count > 0 ? NumberOf(kept[0]) + 1 : 1;
        string file = Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + ".json");
        AtomicFile.Write(file, bundle, FileMode);
        foreach (string old in kept.Skip(Capacity - 1)) File.Delete(old);
    }

    private static long NumberOf(string file) =>
        long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
