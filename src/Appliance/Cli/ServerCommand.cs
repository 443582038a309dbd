using System.CommandLine;

namespace Appliance.Cli;

/// <summary>`drain UPSTREAM/SERVER` and `ready UPSTREAM/SERVER`.</summary>
internal static class ServerCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Build(string order, string description)
    {
        var server = new Argument<string>("server") { Description = "UPSTREAM/SERVER as `appliance status` shows them, such as api/198.51.100.21:8080" };
        server.Validators.Add(result =>
        {
            string name = result.GetValueOrDefault<string>() ?? "";
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash < 1 || slash == name.Length - 1) result.AddError($"'{name}' is not UPSTREAM/SERVER, such as api/198.51.100.21:8080");
        });
        var command = new Command(order, description) { server };
        command.SetAction((result, cancellation) =>
        {
            string[] parts = result.GetValue(server)!.Split('/', 2);
            string target = $"/v1/{order}/{Uri.EscapeDataString(parts[0])}/{Uri.EscapeDataString(parts[1])}";
            return ControlCall.PostAsync(target, Limit, result.InvocationConfiguration, cancellation);
        });
        return command;
    }
}
