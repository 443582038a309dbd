namespace Appliance.Proxy;

/// <summary>Why a connection or datagram session was refused before a byte was parsed. The value is the index in <see cref="AdmissionStatus.Refused"/>.</summary>
public enum AdmissionRule
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>The client opens connections faster than it may.</summary>
    ConnectionRate,

    /// <summary>The client has as many connections open as it may.</summary>
    ClientConnections,

    /// <summary>The listener has as many connections open as it may.</summary>
    ListenerConnections,

    /// <summary>The buffers of all loops have reached the memory limit.</summary>
    Memory,
}
