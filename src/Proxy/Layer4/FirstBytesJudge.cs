using Appliance.Proxy.Layer7;

namespace Appliance.Proxy.Layer4;

/// <summary>Judges what a connection has sent so far, from its first byte on.</summary>
internal delegate HeadProgress FirstBytesJudge(ReadOnlySpan<byte> bytes);
