using System.CommandLine;
using System.Text.Json;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>`events`: role changes and what leads to them, as they happen.</summary>
internal static class EventsCommand
{
    /// <summary>Longer than the daemon lets an answer wait.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Build()
    {
        var json = new Option<bool>("--json") { Description = "Print each event as a JSON object on a line of its own." };
        var once = new Option<bool>("--once") { Description = "Print what is kept and end, instead of waiting for more." };
        var command = new Command("events", "Show role changes, monitors, peer and bypass as they happen, beginning with those kept.") { json, once };
        command.SetAction((result, cancellation) =>
            FollowAsync(result.GetValue(json), result.GetValue(once), result.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> FollowAsync(bool json, bool once, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var client = new ControlClient(DaemonPaths.FromEnvironment(Environment.GetEnvironmentVariable).ControlSocket, Limit);
        long seen = 0;
        while (true)
        {
            ControlAnswer answer = await client.SendAsync(HttpMethod.Get, $"/v1/events?after={seen}{(once ? "&wait=0" : "")}", cancellation).ConfigureAwait(false);
            if (answer.Code != ExitCode.Ok)
            {
                await console.Error.WriteLineAsync(answer.Text.TrimEnd()).ConfigureAwait(false);
                return (int)answer.Code;
            }

            foreach (string line in answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                seen = document.RootElement.GetProperty("sequence").GetInt64();
                string text = $"{document.RootElement.GetProperty("at").GetString()}  {document.RootElement.GetProperty("text").GetString()}";
                await console.Output.WriteLineAsync(json ? line : text).ConfigureAwait(false);
            }

            await console.Output.FlushAsync(cancellation).ConfigureAwait(false);
            if (once) return (int)ExitCode.Ok;
        }
    }
}
