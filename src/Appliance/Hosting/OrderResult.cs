using Appliance.Cli;

namespace Appliance.Hosting;

/// <summary>The answer to an operator's order.</summary>
/// <param name="Code">What the command exits with.</param>
/// <param name="Text">What was done, or why not; lines for a person.</param>
internal readonly record struct OrderResult(ExitCode Code, string Text);
