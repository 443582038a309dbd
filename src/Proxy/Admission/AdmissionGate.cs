using Appliance.Limiter;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Admission;

/// <summary>
/// Admission of one listener over all its loops: who may open a connection, and how fast its bytes may go. Lives as long as the listener, through
/// reloads; new limits are one assignment. Allocates nothing after it was made. Thread-safe.
/// </summary>
internal sealed class AdmissionGate
{
    private const int LeastEntries = 1 << 12;
    private const int UsualEntries = 1 << 17;
    private const int MostEntries = 1 << 20;

    private readonly ClientTable _table;
    private volatile AdmissionLimits _limits;
    private long _open;
    private long _untracked;
    private long _offences;

    /// <param name="settings">The limits to begin with; they also size the table: two entries for each connection that may be open.</param>
    internal AdmissionGate(AdmissionSettings settings)
        : this(settings, Entries(settings))
    {
    }

    internal AdmissionGate(AdmissionSettings settings, int entries)
    {
        _limits = new AdmissionLimits(settings);
        _table = new ClientTable(entries);
    }

    internal AdmissionLimits Limits => _limits;

    /// <summary>Told of offenders, on the loop that found one: must not block. Null: nobody is.</summary>
    internal Action<ClientAddress>? Offender { get; set; }

    internal long Untracked => Volatile.Read(ref _untracked);

    internal long Forgotten => _table.Forgotten;

    internal long Offences => Volatile.Read(ref _offences);

    /// <summary>Open connections of the listener that went through here.</summary>
    internal long Open => Volatile.Read(ref _open);

    /// <summary>The table, for tests.</summary>
    internal ClientTable Table => _table;

    /// <summary>New limits for connections to come; byte limits for those that have one already.</summary>
    internal void Apply(AdmissionSettings settings)
    {
        if (_limits.Settings != settings) _limits = new AdmissionLimits(settings);
    }

    /// <summary>Takes one of the listener's connections; <see cref="Leave"/> gives it back.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= _limits.ListenerConnections) return true;
        Interlocked.Decrement(ref _open);
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Takes one connection of a client.</summary>
    /// <param name="client">Whom it is for.</param>
    /// <param name="isPeer">The client's own packets come here; false behind a proxy, whose packets must not be dropped for its clients' offences.</param>
    /// <param name="nowNs">Monotonic.</param>
    /// <param name="slot">For <see cref="ReleaseClient"/>; -1 when nothing is to be released.</param>
    internal AdmissionRule TryAdmit(ClientAddress client, bool isPeer, long nowNs, out int slot)
    {
        AdmissionLimits limits = _limits;
        slot = -1;
        if (!limits.CountsClients) return AdmissionRule.None;
        UInt128 key = limits.KeyOf(client);
        int set = _table.SetOf(key);
        bool offends = false;
        AdmissionRule rule = AdmissionRule.None;
        _table.Lock(set);
        int found = _table.FindOrClaim(set, key, limits, nowNs);
        if (found >= 0)
        {
            rule = _table[found].Take(limits, nowNs);
            if (rule == AdmissionRule.None) slot = found;
            else offends = isPeer && _table[found].CountRefusal(limits, nowNs);
        }

        _table.Unlock(set);
        if (found < 0) Interlocked.Increment(ref _untracked);
        if (offends) Report(new ClientAddress(key));
        return rule;
    }

    /// <summary>Gives a client's connection back.</summary>
    internal void ReleaseClient(int slot)
    {
        if (slot < 0) return;
        int set = ClientTable.SetOf(slot);
        _table.Lock(set);
        _table[slot].Open--;
        _table.Unlock(set);
    }

    /// <summary>Charges bytes that have moved already to the client. Its connections together keep the rate.</summary>
    /// <param name="slot">Of an open connection; -1: nobody pays.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="nowNs">Monotonic.</param>
    /// <returns>Nanoseconds to wait before moving more; 0: none.</returns>
    internal long Charge(int slot, long bytes, long nowNs)
    {
        AdmissionLimits limits = _limits;
        if (slot < 0 || limits.NsPerByte == 0) return 0;
        ref long paidAt = ref _table[slot].BytesPaidAtNs;
        long costNs = (long)(bytes * limits.NsPerByte);
        while (true)
        {
            long before = Volatile.Read(ref paidAt);
            long after = Math.Max(before, nowNs) + costNs;
            if (Interlocked.CompareExchange(ref paidAt, after, before) == before) return Math.Max(0, after - nowNs - limits.ByteBurstNs);
        }
    }

    /// <summary>Charges a datagram if the client's rate allows it; one that it does not is to be dropped.</summary>
    internal bool TryCharge(int slot, int bytes, long nowNs)
    {
        AdmissionLimits limits = _limits;
        if (slot < 0 || limits.NsPerByte == 0) return true;
        ref long paidAt = ref _table[slot].BytesPaidAtNs;
        long costNs = (long)(bytes * limits.NsPerByte);
        while (true)
        {
            long before = Volatile.Read(ref paidAt);
            long begin = Math.Max(before, nowNs);
            // One datagram passes even when it is larger than the burst: it would never pass otherwise.
            if (begin > nowNs && begin + costNs - nowNs > limits.ByteBurstNs) return false;
            if (Interlocked.CompareExchange(ref paidAt, begin + costNs, before) == before) return true;
        }
    }

    private void Report(ClientAddress client)
    {
        Interlocked.Increment(ref _offences);
        Offender?.Invoke(client);
    }

    private static int Entries(AdmissionSettings settings) =>
        settings.MaximumConnections is { } most ? (int)Math.Clamp(2L * most, LeastEntries, MostEntries) : UsualEntries;
}
