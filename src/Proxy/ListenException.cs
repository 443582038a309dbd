namespace Appliance.Proxy;

/// <summary>An address cannot be listened on. The message names the listener, the address and the reason.</summary>
public sealed class ListenException(string message, bool notPermitted) : Exception(message)
{
    /// <summary>True when the kernel answered EACCES or EPERM (exit code 4), false for the rest, such as EADDRINUSE (exit code 1).</summary>
    public bool NotPermitted { get; } = notPermitted;
}
