using System.Text;
using Appliance.Cli;

namespace Appliance.Hosting;

/// <summary>Checks, before anything starts, that the control socket can be where it must be.</summary>
internal static class Directories
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Makes the runtime directory if it is missing; systemd has made it already.</summary>
    /// <exception cref="StartException">It cannot be made, or the socket's path is too long.</exception>
    public static void Prepare(DaemonPaths paths)
    {
        if (Encoding.UTF8.GetByteCount(paths.ControlSocket) > DaemonPaths.MaximumSocketPathBytes)
        {
            throw new StartException(
                ExitCode.Invalid,
                $"{paths.ControlSocket}: longer than the {DaemonPaths.MaximumSocketPathBytes} bytes of a Unix socket's path; choose a shorter RUNTIME_DIRECTORY");
        }

        try
        {
            Directory.CreateDirectory(paths.RuntimeDirectory, Mode);
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartException(
                ExitCode.NotPermitted,
                $"{paths.RuntimeDirectory}: permission denied; create it for the daemon's user, or set RUNTIME_DIRECTORY");
        }
        catch (IOException error)
        {
            throw new StartException(ExitCode.Failed, $"{paths.RuntimeDirectory}: {error.Message}");
        }
    }
}
