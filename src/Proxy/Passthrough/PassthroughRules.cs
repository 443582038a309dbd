using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Passthrough;

/// <summary>
/// What the table `inet appliance_bypass` holds, as commands. Pure. For each of tcp and udp a map from listener to server, a rule
/// `dnat ip to ip daddr . th dport map`, and one that masquerades what the map has redirected and nothing else.
/// </summary>
internal static class PassthroughRules
{
    internal const string Table = "appliance_bypass";
    private const string Before = "redirect";
    private const string After = "masquerade_redirected";
    private const int DestinationPriority = -100, SourcePriority = 100;

    /// <summary>nft's type of `ipv4_addr . inet_service`, by which it lists the map in words: six bits for each part.</summary>
    private const uint PairType = 7 << 6 | 13;

    /// <summary>An address and a port, padded to a register.</summary>
    private const int PairBytes = 8;

    private const int DestinationOffset = 16, PortOffset = 2;

    /// <summary>Creates the table with empty maps, without what an earlier run may have left.</summary>
    internal static void Recreate(NftBatch batch)
    {
        Remove(batch);
        batch.Command(Netfilter.NewTable, Netfilter.FlagCreate).Text(Netfilter.TableName, Table);
        AddChain(batch, Before, Netfilter.HookPreRouting, DestinationPriority);
        AddChain(batch, After, Netfilter.HookPostRouting, SourcePriority);
        foreach (bool datagrams in (ReadOnlySpan<bool>)[false, true])
        {
            AddMap(batch, datagrams);
            AddRedirect(batch, datagrams);
            AddMasquerade(batch, datagrams);
        }
    }

    /// <summary>Removes the table, whether it is there or not: deleting one that is not there would fail.</summary>
    internal static void Remove(NftBatch batch)
    {
        batch.Command(Netfilter.NewTable, Netfilter.FlagCreate).Text(Netfilter.TableName, Table);
        batch.Command(Netfilter.DeleteTable, 0).Text(Netfilter.TableName, Table);
    }

    /// <summary>From what is redirected to what is wanted.</summary>
    internal static void Change(NftBatch batch, ImmutableArray<PassthroughTarget> present, ImmutableArray<PassthroughTarget> wanted)
    {
        foreach (bool datagrams in (ReadOnlySpan<bool>)[false, true])
        {
            Elements(batch, Netfilter.DeleteElements, datagrams, [.. present.Except(wanted).Where(target => target.IsDatagram == datagrams)]);
            Elements(batch, Netfilter.NewElements, datagrams, [.. wanted.Except(present).Where(target => target.IsDatagram == datagrams)]);
        }
    }

    private static string MapOf(bool datagrams) => datagrams ? "udp_servers" : "tcp_servers";

    private static void AddChain(NftBatch batch, string name, int hook, int priority) => batch.Command(Netfilter.NewChain, Netfilter.FlagCreate)
        .Text(Netfilter.ChainTable, Table)
        .Text(Netfilter.ChainName, name)
        .Nest(Netfilter.ChainHook, nest => nest
            .Number(Netfilter.HookNumber, (uint)hook)
            .Number(Netfilter.HookPriority, unchecked((uint)priority)))
        .Number(Netfilter.ChainPolicy, Netfilter.VerdictAccept)
        .Text(Netfilter.ChainType, "nat");

    private static void AddMap(NftBatch batch, bool datagrams) => batch.Command(Netfilter.NewSet, Netfilter.FlagCreate)
        .Text(Netfilter.SetTable, Table)
        .Text(Netfilter.SetName, MapOf(datagrams))
        .Number(Netfilter.SetFlags, Netfilter.SetFlagMap)
        .Number(Netfilter.SetKeyType, PairType)
        .Number(Netfilter.SetKeyLength, PairBytes)
        .Number(Netfilter.SetDataType, PairType)
        .Number(Netfilter.SetDataLength, PairBytes)
        .Number(Netfilter.SetId, datagrams ? 2u : 1u);

    private static void AddRedirect(NftBatch batch, bool datagrams) => AddRule(batch, Before, rule =>
    {
        BeginRule(rule, datagrams);
        Load(rule, Netfilter.PayloadNetwork, DestinationOffset, 4, Netfilter.RegisterOne);
        Load(rule, Netfilter.PayloadTransport, PortOffset, sizeof(ushort), Netfilter.RegisterOneSecondWord);
        Lookup(rule, datagrams, Netfilter.RegisterOne);
        rule.Expression("nat", e => e
            .Number(Netfilter.NatType, Netfilter.NatDestination)
            .Number(Netfilter.NatFamily, Netfilter.FamilyIPv4)
            .Number(Netfilter.NatAddress, Netfilter.RegisterOne)
            .Number(Netfilter.NatPort, Netfilter.RegisterOneSecondWord));
    });

    /// <summary>Only what came for one of our keys: where the connection was going to before it was redirected is asked of connection tracking.</summary>
    private static void AddMasquerade(NftBatch batch, bool datagrams) => AddRule(batch, After, rule =>
    {
        BeginRule(rule, datagrams);
        ConnectionIs(rule, Netfilter.ConnectionDestination4, Netfilter.RegisterOne);
        ConnectionIs(rule, Netfilter.ConnectionDestinationPort, Netfilter.RegisterOneSecondWord);
        Lookup(rule, datagrams, Netfilter.RegisterTwo);
        rule.Expression("masq", _ => { });
    });

    private static void AddRule(NftBatch batch, string chain, Action<NftBatch> expressions) => batch
        .Command(Netfilter.NewRule, Netfilter.FlagCreate | Netfilter.FlagAppend)
        .Text(Netfilter.RuleTable, Table)
        .Text(Netfilter.RuleChain, chain)
        .Nest(Netfilter.RuleExpressions, expressions);

    private static void BeginRule(NftBatch rule, bool datagrams)
    {
        MetaIs(rule, Netfilter.MetaFamily, Netfilter.FamilyIPv4);
        MetaIs(rule, Netfilter.MetaProtocol, (byte)(datagrams ? Linux.IpProtoUdp : Linux.IpProtoTcp));
    }

    private static void MetaIs(NftBatch rule, int key, byte value)
    {
        rule.Expression("meta", e => e.Number(Netfilter.MetaKey, (uint)key).Number(Netfilter.MetaRegister, Netfilter.RegisterOne));
        rule.Expression("cmp", e => e
            .Number(Netfilter.CompareRegister, Netfilter.RegisterOne)
            .Number(Netfilter.CompareOperator, Netfilter.CompareEqual)
            .Nest(Netfilter.CompareData, data => data.Bytes(Netfilter.DataValue, [value])));
    }

    private static void Load(NftBatch rule, int header, int offset, int length, int register) => rule.Expression("payload", e => e
        .Number(Netfilter.PayloadRegister, (uint)register)
        .Number(Netfilter.PayloadBase, (uint)header)
        .Number(Netfilter.PayloadOffset, (uint)offset)
        .Number(Netfilter.PayloadLength, (uint)length));

    private static void ConnectionIs(NftBatch rule, int key, int register) => rule.Expression("ct", e => e
        .Number(Netfilter.ConnectionRegister, (uint)register)
        .Number(Netfilter.ConnectionKey, (uint)key)
        .Bytes(Netfilter.ConnectionDirection, [Netfilter.DirectionOriginal]));

    private static void Lookup(NftBatch rule, bool datagrams, int result) => rule.Expression("lookup", e => e
        .Text(Netfilter.LookupSet, MapOf(datagrams))
        .Number(Netfilter.LookupRegister, Netfilter.RegisterOne)
        .Number(Netfilter.LookupResult, (uint)result));

    private static void Elements(NftBatch batch, int command, bool datagrams, ImmutableArray<PassthroughTarget> targets)
    {
        if (targets.IsEmpty) return;
        batch.Command(command, command == Netfilter.NewElements ? Netfilter.FlagCreate : 0)
            .Text(Netfilter.ElementsTable, Table)
            .Text(Netfilter.ElementsSet, MapOf(datagrams))
            .Nest(Netfilter.ElementsList, list =>
            {
                foreach (PassthroughTarget target in targets)
                {
                    list.Nest(Netfilter.ListElement, element => element
                        .Nest(Netfilter.ElementKey, key => key.Bytes(Netfilter.DataValue, Pair(target.Listener)))
                        .Nest(Netfilter.ElementData, data => data.Bytes(Netfilter.DataValue, Pair(target.Server))));
                }
            });
    }

    private static byte[] Pair(IPEndPoint endPoint)
    {
        byte[] pair = new byte[PairBytes];
        if (!endPoint.Address.TryWriteBytes(pair, out int written) || written != 4) throw new ArgumentException($"{endPoint} is not IPv4");
        BinaryPrimitives.WriteUInt16BigEndian(pair.AsSpan(4), (ushort)endPoint.Port);
        return pair;
    }
}
