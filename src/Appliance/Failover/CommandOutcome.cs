namespace Appliance.Failover;

/// <summary>How a command of the operator's ended.</summary>
/// <param name="Ok">It exited with 0 in time.</param>
/// <param name="Text">One line: `ok in 12 ms`, or why not with the first line that it said on stderr.</param>
internal readonly record struct CommandOutcome(bool Ok, string Text);
