namespace Appliance.Vrrp;

/// <summary>What becomes of the virtual addresses while a node is in Bypass.</summary>
public enum HaBypassAction
{
    /// <summary>They are the peer's; this node stays out.</summary>
    Standby,

    /// <summary>Without a fit peer this node holds them at priority 1 and the kernel redirects their traffic to the upstreams.</summary>
    Passthrough,

    /// <summary>As <see cref="Standby"/>, and a command of the operator's is run when Bypass begins and ends.</summary>
    Command,
}
