using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Integration.Lab;

/// <summary>
/// An empty network namespace around one thread: sockets, threads and programs that the action makes are in it. It vanishes with the last of
/// them, whatever happens.
/// </summary>
internal static class NetworkNamespace
{
    private const int CloneNewNetwork = 0x40000000;

    /// <summary>Runs the action in a namespace with these addresses on its loopback.</summary>
    public static void Run(string[] addresses, Action action)
    {
        // A failure, not a skip: a run that tested nothing must not look like a good one.
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("this test makes network namespaces and needs root; run ./test integration as root");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(CloneNewNetwork) != 0) throw new System.ComponentModel.Win32Exception();
                _ = Command.Run("ip", "link", "set", "lo", "up").Text;
                foreach (string address in addresses) _ = Command.Run("ip", "address", "add", address, "dev", "lo", "nodad").Text;
                action();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static extern int Unshare(int flags);
}
