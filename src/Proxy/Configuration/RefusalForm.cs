namespace Appliance.Proxy.Configuration;

/// <summary>What a connection above a limit gets.</summary>
public enum RefusalForm
{
    /// <summary>RST at once.</summary>
    Reset,

    /// <summary>Nothing: the client's side is left to find out by itself.</summary>
    Drop,
}
