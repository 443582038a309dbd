namespace Appliance.Configuration;

/// <summary>How an upstream chooses among its servers.</summary>
internal enum BalanceMethod
{
    /// <summary>In turn, by weight.</summary>
    RoundRobin,
}
