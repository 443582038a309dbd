namespace Appliance.Proxy.Layer7;

/// <summary>How the relay of a body ended: names the side at fault, so that nothing needs to be thrown.</summary>
internal enum RelayEnd
{
    /// <summary>Everything arrived and was sent.</summary>
    Complete,

    /// <summary>The sender closed or reset before the end that it announced.</summary>
    SourceClosed,

    /// <summary>The sender broke the framing.</summary>
    SourceBad,

    /// <summary>The sender was silent for too long.</summary>
    SourceTimedOut,

    /// <summary>The receiver closed, reset, or did not read for too long.</summary>
    SinkClosed,

    /// <summary>We gave it up.</summary>
    Cancelled,

    /// <summary>The source's body is larger than allowed.</summary>
    SourceTooLarge,
}
