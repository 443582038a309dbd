using System.CommandLine;
using System.Text.Json;
using Appliance.Hosting;

namespace Appliance.Cli;

/// <summary>`policy history`: which bundles the daemon keeps, and which is in force.</summary>
internal static class PolicyHistoryCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Build()
    {
        var json = new Option<bool>("--json") { Description = "Print the daemon's JSON." };
        var command = new Command("history", "List the kept bundles, the newest first: version, SHA-256, when first in force, state.") { json };
        command.SetAction((result, cancellation) => ShowAsync(result.GetValue(json), result.InvocationConfiguration, cancellation));
        return command;
    }

    /// <summary>The list for people, one line each.</summary>
    internal static void Write(JsonElement kept, TextWriter output)
    {
        if (kept.GetArrayLength() == 0) output.WriteLine("no bundle is kept");
        foreach (JsonElement bundle in kept.EnumerateArray())
        {
            string version = StatusText.Text(bundle, "version") is { Length: > 0 } known ? known : "?";
            output.WriteLine($"version {version,-8} {StatusText.Text(bundle, "kept_at")}  {StatusText.Text(bundle, "state"),-11}  {StatusText.Text(bundle, "hash")}");
        }
    }

    private static async Task<int> ShowAsync(bool json, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var client = new ControlClient(DaemonPaths.FromEnvironment(Environment.GetEnvironmentVariable).ControlSocket, Limit);
        ControlAnswer answer = await client.SendAsync(HttpMethod.Get, "/v1/policy/history", cancellation).ConfigureAwait(false);
        if (answer.Code != ExitCode.Ok)
        {
            await console.Error.WriteLineAsync(answer.Text.TrimEnd()).ConfigureAwait(false);
            return (int)answer.Code;
        }

        if (json)
        {
            await console.Output.WriteLineAsync(answer.Text.TrimEnd()).ConfigureAwait(false);
            return (int)ExitCode.Ok;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Text);
            Write(document.RootElement, console.Output);
            return (int)ExitCode.Ok;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            await console.Error.WriteLineAsync($"appliance: the daemon's answer is not understood ({error.Message}); is it another version?").ConfigureAwait(false);
            return (int)ExitCode.Failed;
        }
    }
}
