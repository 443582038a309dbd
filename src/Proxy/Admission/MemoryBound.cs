using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Admission;

/// <summary>
/// The bound of buffer memory over all loops. Asked at accept only: what exists goes on and gets the blocks it needs, also above the bound.
/// Thread-safe; other loops' figures are slightly old.
/// </summary>
internal sealed class MemoryBound(EventLoop[] loops)
{
    private long _limitBytes;

    /// <summary>0: no bound.</summary>
    internal long LimitBytes
    {
        get => Volatile.Read(ref _limitBytes);
        set => Volatile.Write(ref _limitBytes, value);
    }

    /// <summary>True when connections hold as many bytes of buffers as they may.</summary>
    internal bool IsReached
    {
        get
        {
            long limit = LimitBytes;
            if (limit == 0) return false;
            long rented = 0;
            foreach (EventLoop loop in loops) rented += loop.Buffers.RentedBytes;
            return rented >= limit;
        }
    }
}
