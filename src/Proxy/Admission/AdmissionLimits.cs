using Appliance.Limiter;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Admission;

/// <summary>The limits of a listener in the units that the loops count in: nanoseconds, 0 for a limit that is off. Immutable.</summary>
internal sealed class AdmissionLimits
{
    private const double NsPerSecond = 1e9;

    /// <summary>A client may move the bytes of so much time at once; also the longest piece that one read or write takes.</summary>
    private const double BurstSeconds = 0.125;

    private const int LeastChunkBytes = 1024;

    private readonly UInt128 _ipv6Mask;

    internal AdmissionLimits(AdmissionSettings settings)
    {
        Settings = settings;
        if (settings.ConnectionsPerSecond is { } rate)
        {
            ConnectionNs = Math.Max(1, (long)(NsPerSecond / rate));
            long burst = settings.ConnectionBurst ?? Math.Max(1, (long)Math.Min(rate, int.MaxValue));
            ConnectionBurstNs = (long)Math.Min(long.MaxValue / 4, (double)ConnectionNs * burst);
        }

        if (settings.BytesPerSecond is { } bytes)
        {
            NsPerByte = NsPerSecond / bytes;
            ChunkBytes = (int)Math.Clamp(bytes * BurstSeconds, LeastChunkBytes, int.MaxValue);
            ByteBurstNs = (long)(ChunkBytes * NsPerByte);
        }

        ClientConnections = settings.ConcurrentConnections ?? int.MaxValue;
        ListenerConnections = settings.MaximumConnections ?? int.MaxValue;
        OffloadAfter = settings.OffloadAfter ?? 0;
        OffloadWindowNs = Math.Max(1, settings.OffloadWindow.Ticks * 100);
        _ipv6Mask = UInt128.MaxValue << (128 - settings.Ipv6PrefixLength);
        CountsClients = ConnectionNs > 0 || NsPerByte > 0 || settings.ConcurrentConnections is not null;
    }

    internal AdmissionSettings Settings { get; }

    /// <summary>Time that pays for one connection; 0: no limit.</summary>
    internal long ConnectionNs { get; }

    /// <summary>The largest debt that a client may have in connections.</summary>
    internal long ConnectionBurstNs { get; }

    /// <summary>Time that pays for one byte; 0: no limit.</summary>
    internal double NsPerByte { get; }

    /// <summary>The debt in bytes up to which a client is not held up.</summary>
    internal long ByteBurstNs { get; }

    /// <summary>The largest piece to move at once under a byte limit, so that no pause grows long.</summary>
    internal int ChunkBytes { get; }

    internal int ClientConnections { get; }

    internal int ListenerConnections { get; }

    /// <summary>Refusals within the window; 0: never offloaded.</summary>
    internal int OffloadAfter { get; }

    internal long OffloadWindowNs { get; }

    /// <summary>False when nothing is limited per client: then no table is asked.</summary>
    internal bool CountsClients { get; }

    /// <summary>What clients are told apart by: the IPv4 address, or the prefix of the IPv6 address.</summary>
    internal UInt128 KeyOf(ClientAddress client) => client.IsIPv4 ? client.Bits : client.Bits & _ipv6Mask;
}
