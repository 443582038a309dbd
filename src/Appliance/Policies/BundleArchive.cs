using System.Globalization;
using System.Security.Cryptography;
using Appliance.Hosting;

namespace Appliance.Policies;

/// <summary>
/// The last good bundles, kept in the state directory for a start with a broken or missing file and for rollback (policies.md A15).
/// File names are rising numbers; the content is exactly what was applied. A bundle that was rolled back from stays for people to look at
/// under another suffix, where no start finds it. One thread at a time.
/// </summary>
internal sealed class BundleArchive(string directory)
{
    /// <summary>How many good ones are kept, and how many that were rolled back from.</summary>
    public const int Capacity = 3;

    private const string Good = ".json";
    private const string SetAsideSuffix = ".rolled-back";
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Dictionary<string, KeptBundle> _listed = [];

    public string Directory => directory;

    /// <summary>The good ones, the newest first. An unreadable directory holds none.</summary>
    public IReadOnlyList<string> Newest() => Files(Good);

    /// <summary>Everything that is kept, the newest first. Reads each file once in this object's life.</summary>
    public IReadOnlyList<KeptBundle> List()
    {
        List<KeptBundle> all = [.. Files(Good).Select(Describe), .. Files(SetAsideSuffix).Select(Describe)];
        all.Sort((a, b) => b.Number.CompareTo(a.Number));
        foreach (string gone in _listed.Keys.Except(all.Select(kept => kept.File)).ToArray()) _listed.Remove(gone);
        return all;
    }

    /// <summary>Keeps a bundle that has just been applied, unless it is the newest already, and drops the oldest.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public void Keep(ReadOnlySpan<byte> bundle)
    {
        IReadOnlyList<string> kept = Newest();
        if (kept.Count > 0 && bundle.SequenceEqual(File.ReadAllBytes(kept[0]))) return;

        System.IO.Directory.CreateDirectory(directory, DirectoryMode);
        // A number is used once, also when the bundle that had it was set aside: the order is that of time.
        long number = Files(Good).Concat(Files(SetAsideSuffix)).Select(NumberOf).DefaultIfEmpty(0).Max() + 1;
        string file = Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + Good);
        AtomicFile.Write(file, bundle, FileMode);
        foreach (string old in kept.Skip(Capacity - 1)) File.Delete(old);
    }

    /// <summary>Takes good bundles out of the way of starts and rollbacks, and drops the oldest of those that were.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The state directory is not ours.</exception>
    public void SetAside(IEnumerable<string> files)
    {
        foreach (string file in files) File.Move(file, Path.ChangeExtension(file, SetAsideSuffix), overwrite: true);
        foreach (string old in Files(SetAsideSuffix).Skip(Capacity)) File.Delete(old);
    }

    private List<string> Files(string suffix)
    {
        if (!System.IO.Directory.Exists(directory)) return [];
        return [.. System.IO.Directory.EnumerateFiles(directory, "*" + suffix)
            .Select(file => (File: file, Number: NumberOf(file)))
            .Where(entry => entry.Number > 0)
            .OrderByDescending(entry => entry.Number)
            .Select(entry => entry.File)];
    }

    private KeptBundle Describe(string file)
    {
        if (_listed.TryGetValue(file, out KeptBundle? known)) return known;
        string version = "", sha256 = "";
        DateTimeOffset at = File.GetLastWriteTimeUtc(file);
        try
        {
            byte[] content = File.ReadAllBytes(file);
            (version, sha256) = (BundleVersionText.Of(content), Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is listed without its version: that it is there, and cannot be read, is what there is to say.
            return new KeptBundle(file, NumberOf(file), at, IsSetAside(file), version, sha256);
        }

        return _listed[file] = new KeptBundle(file, NumberOf(file), at, IsSetAside(file), version, sha256);
    }

    private static bool IsSetAside(string file) => file.EndsWith(SetAsideSuffix, StringComparison.Ordinal);

    private static long NumberOf(string file) =>
        long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
