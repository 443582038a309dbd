using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Transport;

/// <summary>An async method on a loop that nobody awaits: what a connection does from its first byte to its last. It must not throw.</summary>
[AsyncMethodBuilder(typeof(LoopJobBuilder))]
internal readonly struct LoopJob;
