using System.CommandLine;
using System.Text.Json;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>`status`: what the daemon says of itself, for people or programs.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public static Command Build()
    {
        var json = new Option<bool>("--json") { Description = "Print the daemon's JSON." };
        var watch = new Option<bool>("--watch") { Description = "Repeat every second until interrupted." };
        var command = new Command("status", "Show role, peer, listeners, upstreams, table and bundle.") { json, watch };
        command.SetAction((result, cancellation) =>
            ShowAsync(result.GetValue(json), result.GetValue(watch), result.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(bool json, bool watch, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var client = new ControlClient(DaemonPaths.FromEnvironment(Environment.GetEnvironmentVariable).ControlSocket, Limit);
        bool first = true;
        while (true)
        {
            ControlAnswer answer = await client.SendAsync(HttpMethod.Get, "/v1/status", cancellation).ConfigureAwait(false);
            if (!first && !Console.IsOutputRedirected && !json) await console.Output.WriteAsync("\u001b[H\u001b[J").ConfigureAwait(false);
            first = false;
            int code = Print(answer, json, console);
            if (!watch) return code;
            await Task.Delay(WatchInterval, cancellation).ConfigureAwait(false);
        }
    }

    private static int Print(ControlAnswer answer, bool json, InvocationConfiguration console)
    {
        if (answer.Code != ExitCode.Ok)
        {
            console.Error.WriteLine(answer.Text.TrimEnd());
            return (int)answer.Code;
        }

        if (json)
        {
            console.Output.WriteLine(answer.Text);
            return (int)ExitCode.Ok;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Text);
            StatusText.Write(document.RootElement, DateTimeOffset.UtcNow, console.Output);
            return (int)ExitCode.Ok;
        }
        catch (JsonException error)
        {
            console.Error.WriteLine($"appliance: the daemon's answer is not understood ({error.Message}); is it another version?");
            return (int)ExitCode.Failed;
        }
    }
}
