using Appliance.Cli;

namespace Appliance.Hosting;

/// <summary>How a reload ended.</summary>
/// <param name="Code">Ok; Invalid: the new config or bundle has mistakes; NotPermitted; Failed: it is valid but cannot be applied.</param>
/// <param name="At">When.</param>
/// <param name="Text">What was applied, or every reason why nothing was; lines for a person.</param>
internal sealed record ReloadReport(ExitCode Code, DateTimeOffset At, string Text);
