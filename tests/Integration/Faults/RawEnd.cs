namespace Integration.Faults;

/// <summary>Why a read ended.</summary>
internal enum RawEnd
{
    /// <summary>What was waited for is there.</summary>
    Enough,

    /// <summary>The peer closed in order.</summary>
    Closed,

    /// <summary>The peer reset the connection.</summary>
    Reset,

    /// <summary>Neither, in time.</summary>
    Deadline,
}
