namespace Appliance.Limiter.Rules;

/// <summary>Where the value of a descriptor comes from (part B section 1.5).</summary>
internal enum LimitKeyKind
{
    /// <summary>`ip:address`: the nearest untrusted client; never missing.</summary>
    ClientAddress,

    /// <summary>`header:NAME`.</summary>
    Header,

    /// <summary>`query:NAME`.</summary>
    Query,

    /// <summary>`jwt:CLAIM`; never missing, see A4.</summary>
    JwtClaim,

    /// <summary>`ip:country`.</summary>
    IpCountry,

    /// <summary>`ip:asn`.</summary>
    IpAsn,

    /// <summary>`ip:type`.</summary>
    IpType,

    /// <summary>`ip:tor`: "true" or "false".</summary>
    IpTor,

    /// <summary>`ua:bot`: "true" or "false".</summary>
    UaBot,

    /// <summary>`ua:bot_category`; missing for what is no bot.</summary>
    UaBotCategory,
}
