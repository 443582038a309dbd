using System.Diagnostics;

namespace TestSupport;

/// <summary>A directory of a test's own in the system's temporary one; it goes with its content.</summary>
public sealed class TemporaryFolder(string prefix) : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>Where a file of that name lies, or would.</summary>
    public string PathOf(string name) => Path.Combine(FullName, name);

    /// <summary>
    /// A process that is killed removes nothing: not even the sockets that its .NET runtime opens for debuggers. They are to lie in here.
    /// </summary>
    public void Hold(ProcessStartInfo start) => start.Environment["TMPDIR"] = FullName;

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
