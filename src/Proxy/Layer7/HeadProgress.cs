namespace Appliance.Proxy.Layer7;

/// <summary>How far a parser has come with a message head.</summary>
internal enum HeadProgress
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>The head is there and sound.</summary>
    Complete,

    /// <summary>The head is refused; the parser's Error says why.</summary>
    Refused,
}
