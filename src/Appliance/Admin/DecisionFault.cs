namespace Appliance.Admin;

/// <summary>Why a question to the decision API has no answer.</summary>
internal enum DecisionFault
{
    None,

    /// <summary>X-Original-* from an address outside trusted_proxies (403).</summary>
    Untrusted,

    /// <summary>The URI asked about is too long (414).</summary>
    TooLong,

    /// <summary>The URI asked about is not a path, or badly encoded (400).</summary>
    BadTarget,

    /// <summary>The host asked about is none (400): policies of a host would not be found for it.</summary>
    BadHost,
}
