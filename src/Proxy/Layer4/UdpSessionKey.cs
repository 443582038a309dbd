using Appliance.Limiter;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Layer4;

/// <summary>What makes a session one: the client's address and port, and the address of ours that it speaks to.</summary>
internal readonly record struct UdpSessionKey(ClientAddress Client, int Port, LocalAddress Local);
