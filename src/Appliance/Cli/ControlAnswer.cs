namespace Appliance.Cli;

/// <summary>What the daemon answered on its control socket, or why it could not be asked.</summary>
/// <param name="Code">What the command exits with.</param>
/// <param name="Text">The answer's body, or one line that says what is wrong and what to do.</param>
internal readonly record struct ControlAnswer(ExitCode Code, string Text);
