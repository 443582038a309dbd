using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Rules;

/// <summary>
/// All kill switches that look at one descriptor, by the value that they want: a list of ten thousand stolen keys costs a request one
/// look at its header and one look-up. Immutable.
/// </summary>
internal sealed class KillSwitchGroup
{
    private static readonly KillSwitch[] None = [];

    private readonly Dictionary<byte[], KillSwitch[]>.AlternateLookup<ReadOnlySpan<byte>> _byValue;

    private KillSwitchGroup(LimitKey key, IEnumerable<KillSwitch> switches)
    {
        Key = key;
        var byValue = new Dictionary<byte[], List<KillSwitch>>(new Utf8Comparer());
        foreach (KillSwitch one in switches)
        {
            byte[] value = key.Kind == LimitKeyKind.ClientAddress ? RuleOverrides.KeyOf(one.Scope!.Address) : one.Scope!.Value;
            if (!byValue.TryGetValue(value, out List<KillSwitch>? same)) byValue[value] = same = [];
            same.Add(one);
        }

        _byValue = byValue.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), new Utf8Comparer()).GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>What to ask the request for.</summary>
    public LimitKey Key { get; }

    /// <summary>A group for each descriptor; switches without a scope are in none.</summary>
    public static KillSwitchGroup[] Build(KillSwitch[] switches) =>
        [.. switches.Where(s => s.Scope is not null).GroupBy(s => s.Scope!.Key.Index).Select(g => new KillSwitchGroup(g.First().Scope!.Key, g))];

    /// <summary>Those that want this value, in the order of the bundle; route, selector and expiry are still to be asked. Allocates nothing.</summary>
    public KillSwitch[] For(ReadOnlySpan<byte> value) => _byValue.TryGetValue(value, out KillSwitch[]? found) ? found : None;

    /// <summary>As the other, when <see cref="Key"/> is the client address.</summary>
    public KillSwitch[] For(ClientAddress client)
    {
        Span<byte> key = stackalloc byte[RuleOverrides.AddressBytes];
        RuleOverrides.WriteKey(client, key);
        return For(key);
    }
}
