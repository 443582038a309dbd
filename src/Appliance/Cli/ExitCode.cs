namespace Appliance.Cli;

/// <summary>
/// What the process answers to its caller. The numbers are a contract: the unit file tells systemd not to restart after 2 and 4, since
/// only a person can mend those.
/// </summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>It was understood and allowed but did not work: port in use, refused handover.</summary>
    Failed = 1,

    /// <summary>Invalid config, bundle or usage; a missing file.</summary>
    Invalid = 2,

    /// <summary>The daemon does not run or cannot be reached.</summary>
    Unreachable = 3,

    /// <summary>Unreadable file, missing capability.</summary>
    NotPermitted = 4,

    /// <summary>A defect of this program.</summary>
    Internal = 70,
}
