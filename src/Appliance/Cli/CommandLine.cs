using System.CommandLine;

namespace Appliance.Cli;

/// <summary>From the process's arguments to its exit code.</summary>
internal static class CommandLine
{
    public static int Run(IReadOnlyList<string> arguments) => Run(arguments, Console.Out, Console.Error);

    /// <summary>Usage errors are answered on <paramref name="error"/> with code 2, defects of ours with code 70.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        ParseResult parsed = CommandTree.Build().Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var mistake in parsed.Errors) error.WriteLine($"appliance: {mistake.Message}");
            error.WriteLine("appliance: see `appliance --help`");
            return (int)ExitCode.Invalid;
        }

        try
        {
            // The daemon handles its signals itself; the parser's own handler would race it to the exit.
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            error.WriteLine($"appliance: internal error: {defect}");
            return (int)ExitCode.Internal;
        }
    }
}
