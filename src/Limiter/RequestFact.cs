namespace Appliance.Limiter;

/// <summary>What others know of a request's address or program: the `ip:*` and `ua:*` descriptors but for the address (policies.md part B 1.5).</summary>
public enum RequestFact
{
    /// <summary>`ip:country`.</summary>
    Country,

    /// <summary>`ip:asn`.</summary>
    Asn,

    /// <summary>`ip:type`; "unknown" when nothing is known of the address.</summary>
    AddressType,

    /// <summary>`ip:tor`: "true" or "false".</summary>
    Tor,

    /// <summary>`ua:bot`: "true" or "false"; missing without a User-Agent.</summary>
    Bot,

    /// <summary>`ua:bot_category`; missing for what is no bot.</summary>
    BotCategory,
}
