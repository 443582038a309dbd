using System.CommandLine;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>Sends one request to the daemon and prints the answer: to standard output if it worked, else to standard error.</summary>
internal static class ControlCall
{
    public static async Task<int> PostAsync(string target, TimeSpan limit, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var client = new ControlClient(DaemonPaths.FromEnvironment(Environment.GetEnvironmentVariable).ControlSocket, limit);
        ControlAnswer answer = await client.SendAsync(HttpMethod.Post, target, cancellation).ConfigureAwait(false);
        TextWriter writer = answer.Code == ExitCode.Ok ? console.Output : console.Error;
        await writer.WriteLineAsync(answer.Text.TrimEnd()).ConfigureAwait(false);
        return (int)answer.Code;
    }
}
