namespace Appliance.Configuration;

/// <summary>The `log.level` of the file.</summary>
internal enum LogThreshold
{
    /// <summary>Everything, for finding faults.</summary>
    Debug,

    /// <summary>What an operator wants to know.</summary>
    Info,

    /// <summary>What an operator should look at.</summary>
    Warning,

    /// <summary>What an operator must look at.</summary>
    Error,
}
