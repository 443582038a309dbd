using System.CommandLine;

namespace Appliance.Cli;

/// <summary>Commands that the product names but this version does not have: refused by name, never ignored.</summary>
internal static class UnavailableCommand
{
    /// <param name="names">The command and its subcommand, if any.</param>
    public static Command Build(params ReadOnlySpan<string> names)
    {
        string whole = string.Join(' ', names);
        var last = new Command(names[^1], "Not available in this version.") { TreatUnmatchedTokensAsErrors = false, Hidden = true };
        last.SetAction(result =>
        {
            result.InvocationConfiguration.Error.WriteLine($"appliance: `{whole}` is not available in this version");
            return (int)ExitCode.Invalid;
        });
        if (names.Length == 1) return last;
        return new Command(names[0], "Not available in this version.") { Hidden = true, Subcommands = { last } };
    }
}
