using Appliance.Cli;

namespace Appliance.Hosting;

/// <summary>The daemon cannot start. Each line names the place and the mend; the process exits with the code and leaves nothing behind.</summary>
internal sealed class StartException(ExitCode code, params IReadOnlyList<string> lines) : Exception(string.Join('\n', lines))
{
    public ExitCode Code { get; } = code;

    public IReadOnlyList<string> Lines { get; } = lines;
}
