using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Upstreams;

/// <summary>One line of an upstream's configuration, and the servers it stands for: one, or as many as its name has addresses.</summary>
internal sealed class ServerEntry
{
    private ImmutableArray<ServerState> _states;
    private volatile string? _failure;
    private volatile bool _draining;

    /// <summary>Takes over what is known from the entry of the same address before a reload; nothing of it is changed.</summary>
    internal ServerEntry(ServerSettings settings, ServerEntry? former)
    {
        Settings = settings;
        Name = NameOf(settings.Address);
        _draining = former?._draining ?? false;
        if (former is not null) _states = former.States;
        else if (settings.Address is IPEndPoint ip) _states = [new ServerState(Name, Name, ip)];
        else _states = [];
    }

    internal ServerSettings Settings { get; }

    /// <summary>The address as configured.</summary>
    internal string Name { get; }

    /// <summary>In a steady order. Replaced whole, under the pool's lock.</summary>
    internal ImmutableArray<ServerState> States => _states;

    /// <summary>Why the name has not been resolved; null: it has, or is none.</summary>
    internal string? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    /// <summary>How an address is written.</summary>
    internal static string NameOf(EndPoint address) =>
        address is DnsEndPoint name ? $"{name.Host}:{name.Port}" : address.ToString() ?? string.Empty;

    /// <summary>The name has these addresses now. Servers whose address stays keep their state.</summary>
    internal void Resolve(ImmutableArray<IPAddress> addresses)
    {
        int port = ((DnsEndPoint)Settings.Address).Port;
        _states = [.. addresses.Select(address => Find(address) ?? New(address))];

        ServerState? Find(IPAddress address) => _states.FirstOrDefault(state => state.EndPoint.Address.Equals(address));
        ServerState New(IPAddress address) => new($"{Name} ({address})", Name, new IPEndPoint(address, port))
        {
            Configured = Settings.Address,
            Draining = _draining,
        };
    }

    /// <summary>Drains, or readies, what goes by the name: all of the entry, or one address of it.</summary>
    /// <returns>The servers whose state has changed; null: nothing here has the name.</returns>
    internal IReadOnlyList<ServerState>? SetDraining(string name, bool draining)
    {
        bool whole = name == Name;
        if (whole) _draining = draining;
        ServerState[] named = [.. _states.Where(state => whole || state.Name == name)];
        if (!whole && named.Length == 0) return null;
        List<ServerState> changed = [.. named.Where(state => state.Draining != draining)];
        foreach (ServerState state in changed) state.Draining = draining;
        return changed;
    }
}
