namespace Appliance.Limiter.AddressLists;

/// <summary>The lists of `policies.ip_lists` (policies.md A7), by the descriptor that they give a value.</summary>
public enum AddressListKind
{
    /// <summary>`ip:country`: two letters, written in any case, held in capitals.</summary>
    Country,

    /// <summary>`ip:asn`: the number of an autonomous system, `64500` or `AS64500`, held as digits.</summary>
    Asn,

    /// <summary>`ip:type`: a word such as `hosting`. Lines may also give the type of a whole autonomous system: `AS64500 hosting`.</summary>
    Type,

    /// <summary>`ip:tor`: networks alone, or with `true` or `false`.</summary>
    Tor,
}
