using System.Diagnostics;

namespace Integration.Lab;

/// <summary>Runs a program to its end, with a deadline.</summary>
internal static class Command
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static CommandResult Run(string program, params string[] arguments) => Run(program, arguments, new Dictionary<string, string>());

    public static CommandResult Run(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        string line = $"{program} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"`{line}` did not end within {Deadline.TotalSeconds} s");
        }

        return new CommandResult(line, process.ExitCode, output.Result, error.Result);
    }
}
