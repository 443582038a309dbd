using System.Numerics;
using System.Security.Cryptography;

namespace Appliance.Proxy.Admission;

/// <summary>
/// The clients of one listener over all loops, in a fixed number of entries: a set-associative table of eight ways. A client's set is chosen by a
/// keyed hash, so that nobody can aim at one. A claim takes a free entry of the set, else the one whose loss gives the least away; an entry with
/// open connections is never taken, so its count comes down to zero exactly. Each set has a lock, held for a look at eight entries; loops meet
/// there only when they accept clients of one set in the same instant.
/// </summary>
internal sealed class ClientTable
{
    internal const int Ways = 8;

    private readonly ClientEntry[] _entries;
    private readonly int[] _locks;
    private readonly ulong _highKey;
    private readonly ulong _lowKey;
    private long _forgotten;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Entries; rounded up to a power of two, at least one set.</param>
    internal ClientTable(int capacity)
    {
        int entries = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, Ways));
        _entries = new ClientEntry[entries];
        _locks = new int[entries / Ways];
        _highKey = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _lowKey = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    }

    internal int Capacity => _entries.Length;

    /// <summary>Clients forgotten while forgetting gave them something.</summary>
    internal long Forgotten => Volatile.Read(ref _forgotten);

    /// <summary>An entry, by the number that <see cref="FindOrClaim"/> gave. Between <see cref="Lock"/> and <see cref="Unlock"/>.</summary>
    internal ref ClientEntry this[int slot] => ref _entries[slot];

    /// <summary>The set in which a client's entry is, if there is one.</summary>
    internal int SetOf(UInt128 client)
    {
        ulong high = (ulong)(client >> 64) ^ _highKey, low = (ulong)client ^ _lowKey;
        ulong upper = Math.BigMul(high, low, out ulong lower);
        ulong mixed = (upper ^ lower) * 0x9E37_79B9_7F4A_7C15;
        return (int)((mixed >> 32) & (uint)(_locks.Length - 1));
    }

    /// <summary>The set of an entry.</summary>
    internal static int SetOf(int slot) => slot / Ways;

    /// <summary>Waits for the set; its holder never waits for anything, so this is short unless the kernel takes the holder's processor away.</summary>
    internal void Lock(int set)
    {
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref _locks[set], 1, 0) != 0) spin.SpinOnce(sleep1Threshold: -1);
    }

    internal void Unlock(int set) => Volatile.Write(ref _locks[set], 0);

    /// <summary>The client's entry, a fresh one if it had none. Under the set's lock.</summary>
    /// <returns>-1 when every entry of the set has open connections.</returns>
    internal int FindOrClaim(int set, UInt128 client, AdmissionLimits limits, long nowNs)
    {
        int first = set * Ways, victim = -1;
        long victimWorthNs = long.MaxValue;
        for (int slot = first; slot < first + Ways; slot++)
        {
            ref ClientEntry entry = ref _entries[slot];
            if (entry.Used && entry.Client == client) return slot;
            if (entry.Open > 0) continue;
            long worthNs = entry.Used ? entry.WorthUntilNs(limits) : long.MinValue;
            if (worthNs >= victimWorthNs) continue;
            (victim, victimWorthNs) = (slot, worthNs);
        }

        if (victim < 0) return -1;
        if (victimWorthNs > nowNs) Interlocked.Increment(ref _forgotten);
        _entries[victim] = new ClientEntry { Client = client, Used = true };
        return victim;
    }

    /// <summary>Connections that all entries hold; for tests and status, slightly old.</summary>
    internal long CountOpen()
    {
        long open = 0;
        foreach (ref readonly ClientEntry entry in _entries.AsSpan()) open += entry.Open;
        return open;
    }
}
