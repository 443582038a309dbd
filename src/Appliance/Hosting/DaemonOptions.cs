namespace Appliance.Hosting;

/// <summary>What a start needs from outside.</summary>
/// <param name="ConfigFile">As the operator named it.</param>
/// <param name="Environment">Value of an environment variable; null: not set.</param>
/// <param name="Time">Wall and monotonic clock.</param>
internal sealed record DaemonOptions(string ConfigFile, Func<string, string?> Environment, TimeProvider Time);
