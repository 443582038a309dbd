namespace Appliance.Vrrp;

/// <summary>The node cannot take part; the message is one line for the operator. Nothing stays open.</summary>
/// <param name="message">What is wrong and with what.</param>
/// <param name="notPermitted">A capability is missing (CAP_NET_RAW, CAP_NET_ADMIN).</param>
/// <param name="inner">The cause, if any.</param>
public sealed class HaStartException(string message, bool notPermitted = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True: exit code 4, restarting does not help.</summary>
    public bool NotPermitted { get; } = notPermitted;
}
