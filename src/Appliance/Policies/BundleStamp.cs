namespace Appliance.Policies;

/// <summary>
/// Tells two contents of one path apart without reading: times and length of the file that the path leads to. An editor's write changes
/// the modification time, an atomic rename brings another file with another birth time.
/// </summary>
internal readonly record struct BundleStamp(DateTime ModifiedUtc, DateTime BornUtc, long Length)
{
    public static BundleStamp Of(string path)
    {
        try
        {
            // A link may be swapped to point elsewhere: what counts is the file behind it.
            FileSystemInfo file = new FileInfo(path);
            if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return file is FileInfo { Exists: true } found
                ? new BundleStamp(found.LastWriteTimeUtc, found.CreationTimeUtc, found.Length)
                : default;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return default; // not there, for all we can tell; reading it says why
        }
    }
}
