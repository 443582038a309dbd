using System.CommandLine;
using System.Net.Sockets;
using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Hosting;
using Appliance.Proxy;
using Appliance.Vrrp;

namespace Appliance.Cli;

/// <summary>`cleanup`: undoes what a dead daemon left behind; the unit's ExecStopPost.</summary>
internal static class CleanupCommand
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);

    public static Command Build()
    {
        Option<string> config = ConfigOption.Build();
        var command = new Command("cleanup", "After a crash: undo what is left in the kernel (virtual addresses, tables, sysctls) and tell the peer.") { config };
        command.SetAction(async (result, cancellation) =>
        {
            InvocationConfiguration console = result.InvocationConfiguration;
            var paths = DaemonPaths.FromEnvironment(Environment.GetEnvironmentVariable);
            if (IsBound(paths.ControlSocket) && await AnswersAsync(paths.ControlSocket, cancellation).ConfigureAwait(false))
            {
                await console.Error.WriteLineAsync("appliance: the daemon runs; stop it first (systemctl stop appliance)").ConfigureAwait(false);
                return (int)ExitCode.Failed;
            }

            return (int)Clean(result.GetValue(config)!, paths, console.Output, console.Error);
        });
        return command;
    }

    /// <summary>
    /// Some process has the socket open. The socket of a dead one refuses at once, and finding that out by HTTP would cost half of the time
    /// for which the address stays after a crash.
    /// </summary>
    private static bool IsBound(string path)
    {
        if (!File.Exists(path)) return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private static async Task<bool> AnswersAsync(string path, CancellationToken cancellation)
    {
        using var client = new ControlClient(path, ProbeLimit);
        return (await client.SendAsync(HttpMethod.Get, "/v1/status", cancellation).ConfigureAwait(false)).Code is not ExitCode.Unreachable;
    }

    private static ExitCode Clean(string file, DaemonPaths paths, TextWriter output, TextWriter error)
    {
        // systemd removes the directory when the unit stops; a cleanup by hand comes later.
        if (File.Exists(paths.ControlSocket)) File.Delete(paths.ControlSocket);
        if (ProxyServer.RemoveOffloadTable() is { } reason) error.WriteLine($"the kernel's table of offenders cannot be removed: {reason}");
        if (PassthroughTable.Remove() is { } redirects) error.WriteLine($"the kernel's table of bypass cannot be removed: {redirects}");
        var forwarding = new ForwardingSwitch(ForwardingSwitch.Sysctl, ForwardingSwitch.PathIn(paths.RuntimeDirectory));
        if (forwarding.PutBack() is { } sysctl) error.WriteLine($"forwarding cannot be put back: {sysctl}");
        ApplianceConfig? config = ConfigReport.Load(file, error, out ExitCode code);
        if (config is null) return code;
        if (config.Ha is null)
        {
            output.WriteLine("single node: no address of the pair to drop");
            return ExitCode.Ok;
        }

        try
        {
            return CleanElection(config, paths, output);
        }
        catch (StartException failure)
        {
            foreach (string line in failure.Lines) error.WriteLine(line);
            return failure.Code;
        }
        catch (HaStartException failure)
        {
            error.WriteLine($"ha: {failure.Message}");
            return failure.NotPermitted ? ExitCode.NotPermitted : ExitCode.Failed;
        }
    }

    private static ExitCode CleanElection(ApplianceConfig config, DaemonPaths paths, TextWriter output)
    {
        // A foreign router's fitness cannot be known; the RFC's shutdown tells it in any case.
        string mark = PeerMark.PathIn(paths.RuntimeDirectory);
        if (config.Ha!.Peer is not null && !File.Exists(mark))
        {
            output.WriteLine("no fit peer was known: leftover addresses, if any, end with their own lifetime of seconds");
            return ExitCode.Ok;
        }

        CleanupResult result = HaNode.Cleanup(ElectionSettings.Read(config)!, sayLeaving: true);
        File.Delete(mark);
        output.WriteLine(result.Removed.IsEmpty ? "no address was left" : $"dropped: {string.Join(' ', result.Removed)}");
        return ExitCode.Ok;
    }
}
