using System.Collections.Immutable;
using System.Security.Cryptography;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Tls;

/// <summary>
/// The keys of session tickets. They follow from the cluster's secrets and the wall clock alone, so a ticket of one node is good on its peer
/// and after a restart; each is used for half a day and accepted for the periods beside it. Thread-safe.
/// </summary>
internal sealed class TicketKeys
{
    /// <summary>How long one key gives out tickets, and how long a ticket is good.</summary>
    internal const long PeriodSeconds = 12 * 3600;

    private readonly TimeProvider _time;
    private readonly ImmutableArray<byte[]> _secrets;
    private volatile Keys _keys;

    /// <summary>Derives the keys of now.</summary>
    /// <param name="shared">The first protects, all open; empty: a random one, so that tickets are good in this process only.</param>
    /// <param name="time">Whose wall clock counts the periods.</param>
    internal TicketKeys(ImmutableArray<SharedKey> shared, TimeProvider time)
    {
        _time = time;
        _secrets = shared.IsDefaultOrEmpty ? [RandomNumberGenerator.GetBytes(32)] : [.. shared.Select(key => key.Secret.ToArray())];
        _keys = Derive(PeriodNow);
    }

    /// <summary>What protects a ticket that is made now.</summary>
    internal TicketKey Current => Now().Current;

    private long PeriodNow => _time.GetUtcNow().ToUnixTimeSeconds() / PeriodSeconds;

    /// <summary>The key with the name a ticket begins with; null: not one of ours, or too old.</summary>
    /// <param name="name">Of 16 bytes; not secret.</param>
    /// <param name="renew">True when tickets are made with another one by now.</param>
    internal TicketKey? Find(ReadOnlySpan<byte> name, out bool renew)
    {
        Keys keys = Now();
        foreach (TicketKey key in keys.Accepted)
        {
            if (!name.SequenceEqual(key.Name)) continue;
            renew = !ReferenceEquals(key, keys.Current);
            return key;
        }

        renew = false;
        return null;
    }

    private Keys Now()
    {
        Keys keys = _keys;
        long period = PeriodNow;
        // Two loops may do it at once; both come to the same.
        return keys.Period == period ? keys : _keys = Derive(period);
    }

    private Keys Derive(long period)
    {
        var current = TicketKey.Derive(_secrets[0], period);
        var accepted = ImmutableArray.CreateBuilder<TicketKey>();
        accepted.Add(current);
        foreach (byte[] secret in _secrets)
        {
            // The next one, too: the peer's clock may be ahead.
            for (long near = period - 1; near <= period + 1; near++)
            {
                if (near != period || !ReferenceEquals(secret, _secrets[0])) accepted.Add(TicketKey.Derive(secret, near));
            }
        }

        return new Keys(period, current, accepted.ToImmutable());
    }

    private sealed record Keys(long Period, TicketKey Current, ImmutableArray<TicketKey> Accepted);
}
