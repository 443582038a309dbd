using System.Buffers.Binary;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Admission;

/// <summary>What the table `inet appliance` holds, as commands. Pure.</summary>
internal static class OffloadRules
{
    internal const string Table = "appliance";
    /// <summary>Not `offload`: that is a word of nft's language, and the chain could not be named there.</summary>
    internal const string Chain = "offenders";

    /// <summary>Members of one set; more are refused by the kernel and counted as failures.</summary>
    internal const int SetSize = 65_536;

    /// <summary>`raw`: before connection tracking, so that a dropped packet costs no entry there.</summary>
    private const int Priority = -300;

    private const int TypeIPv4Address = 7;
    private const int TypeIPv6Address = 8;
    private const int SourceOffset4 = 12, DestinationOffset4 = 16, SourceOffset6 = 8, DestinationOffset6 = 24, PortOffset = 2;

    /// <summary>Creates an empty table, without what an earlier run may have left.</summary>
    internal static void Recreate(NftBatch batch)
    {
        Remove(batch);
        batch.Command(Netfilter.NewTable, Netfilter.FlagCreate).Text(Netfilter.TableName, Table);
        batch.Command(Netfilter.NewChain, Netfilter.FlagCreate)
            .Text(Netfilter.ChainTable, Table)
            .Text(Netfilter.ChainName, Chain)
            .Nest(Netfilter.ChainHook, hook => hook
                .Number(Netfilter.HookNumber, Netfilter.HookPreRouting)
                .Number(Netfilter.HookPriority, unchecked((uint)Priority)))
            .Number(Netfilter.ChainPolicy, Netfilter.VerdictAccept)
            .Text(Netfilter.ChainType, "filter");
    }

    /// <summary>Removes the table, whether it is there or not: deleting one that is not there would fail.</summary>
    internal static void Remove(NftBatch batch)
    {
        batch.Command(Netfilter.NewTable, Netfilter.FlagCreate).Text(Netfilter.TableName, Table);
        batch.Command(Netfilter.DeleteTable, 0).Text(Netfilter.TableName, Table);
    }

    /// <summary>From what is there to what is wanted: sets that stay keep their members.</summary>
    internal static void Change(NftBatch batch, IReadOnlyCollection<OffloadTarget> present, IReadOnlyCollection<OffloadTarget> wanted)
    {
        foreach (OffloadTarget target in wanted.Except(present)) ForFamilies(target, ipv4 => AddSet(batch, target, ipv4));
        if (present.Count > 0) batch.Command(Netfilter.DeleteRule, 0).Text(Netfilter.RuleTable, Table).Text(Netfilter.RuleChain, Chain);
        foreach (OffloadTarget target in wanted) ForFamilies(target, ipv4 => AddRule(batch, target, ipv4));
        foreach (OffloadTarget target in present.Except(wanted))
        {
            ForFamilies(target, ipv4 => batch.Command(Netfilter.DeleteSet, 0)
                .Text(Netfilter.SetTable, Table).Text(Netfilter.SetName, target.SetName(ipv4)));
        }
    }

    /// <summary>Adds members to a set, or deletes them.</summary>
    internal static void Elements(NftBatch batch, int command, string set, IEnumerable<Offender> members, bool ipv4) =>
        batch.Command(command, command == Netfilter.NewElements ? Netfilter.FlagCreate : 0)
            .Text(Netfilter.ElementsTable, Table)
            .Text(Netfilter.ElementsSet, set)
            .Nest(Netfilter.ElementsList, list =>
            {
                foreach (Offender member in members) list.Nest(Netfilter.ListElement, element => Element(element, command, member, ipv4));
            });

    private static void Element(NftBatch element, int command, in Offender member, bool ipv4)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, member.Client.Bits);
        byte[] key = octets[(ipv4 ? 12 : 0)..].ToArray();
        element.Nest(Netfilter.ElementKey, data => data.Bytes(Netfilter.DataValue, key));
        if (command == Netfilter.NewElements) element.Number64(Netfilter.ElementTimeout, (ulong)Math.Max(1, member.ForMs));
    }

    private static void ForFamilies(OffloadTarget target, Action<bool> action)
    {
        if (target.HasIPv4) action(true);
        if (target.HasIPv6) action(false);
    }

    private static void AddSet(NftBatch batch, OffloadTarget target, bool ipv4) => batch.Command(Netfilter.NewSet, Netfilter.FlagCreate)
        .Text(Netfilter.SetTable, Table)
        .Text(Netfilter.SetName, target.SetName(ipv4))
        .Number(Netfilter.SetFlags, Netfilter.SetFlagTimeout)
        .Number(Netfilter.SetKeyType, (uint)(ipv4 ? TypeIPv4Address : TypeIPv6Address))
        .Number(Netfilter.SetKeyLength, ipv4 ? 4u : 16u)
        .Number(Netfilter.SetId, (uint)(2 * target.Id + (ipv4 ? 0 : 1)))
        .Nest(Netfilter.SetDescription, description => description.Number(Netfilter.SetDescriptionSize, SetSize));

    /// <summary>meta nfproto F, [ip daddr A,] meta l4proto P, th dport N, ip saddr [&amp; mask] @set: count and drop.</summary>
    private static void AddRule(NftBatch batch, OffloadTarget target, bool ipv4) => batch
        .Command(Netfilter.NewRule, Netfilter.FlagCreate | Netfilter.FlagAppend)
        .Text(Netfilter.RuleTable, Table)
        .Text(Netfilter.RuleChain, Chain)
        .Nest(Netfilter.RuleExpressions, rule =>
        {
            MetaIs(rule, Netfilter.MetaFamily, (byte)(ipv4 ? Netfilter.FamilyIPv4 : Netfilter.FamilyIPv6));
            if (target.Destination is { } destination)
            {
                byte[] address = destination.GetAddressBytes();
                Load(rule, Netfilter.PayloadNetwork, ipv4 ? DestinationOffset4 : DestinationOffset6, address.Length);
                Compare(rule, address);
            }

            MetaIs(rule, Netfilter.MetaProtocol, (byte)(target.IsDatagram ? Linux.IpProtoUdp : Linux.IpProtoTcp));
            Load(rule, Netfilter.PayloadTransport, PortOffset, sizeof(ushort));
            Compare(rule, [(byte)(target.Address.Port >> 8), (byte)target.Address.Port]);
            Load(rule, Netfilter.PayloadNetwork, ipv4 ? SourceOffset4 : SourceOffset6, ipv4 ? 4 : 16);
            if (!ipv4 && target.Ipv6PrefixLength < 128) Mask(rule, target.Ipv6PrefixLength);
            rule.Expression("lookup", e => e
                .Text(Netfilter.LookupSet, target.SetName(ipv4))
                .Number(Netfilter.LookupRegister, Netfilter.RegisterOne));
            rule.Expression("counter", _ => { });
            rule.Expression("immediate", e => e
                .Number(Netfilter.ImmediateRegister, Netfilter.RegisterVerdict)
                .Nest(Netfilter.ImmediateData, data => data
                    .Nest(Netfilter.DataVerdict, verdict => verdict.Number(Netfilter.VerdictCode, Netfilter.VerdictDrop))));
        });

    private static void MetaIs(NftBatch rule, int key, byte value)
    {
        rule.Expression("meta", e => e.Number(Netfilter.MetaKey, (uint)key).Number(Netfilter.MetaRegister, Netfilter.RegisterOne));
        Compare(rule, [value]);
    }

    private static void Load(NftBatch rule, int header, int offset, int length) => rule.Expression("payload", e => e
        .Number(Netfilter.PayloadRegister, Netfilter.RegisterOne)
        .Number(Netfilter.PayloadBase, (uint)header)
        .Number(Netfilter.PayloadOffset, (uint)offset)
        .Number(Netfilter.PayloadLength, (uint)length));

    private static void Compare(NftBatch rule, byte[] value) => rule.Expression("cmp", e => e
        .Number(Netfilter.CompareRegister, Netfilter.RegisterOne)
        .Number(Netfilter.CompareOperator, Netfilter.CompareEqual)
        .Nest(Netfilter.CompareData, data => data.Bytes(Netfilter.DataValue, value)));

    private static void Mask(NftBatch rule, int prefixLength)
    {
        byte[] mask = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(mask, UInt128.MaxValue << (128 - prefixLength));
        rule.Expression("bitwise", e => e
            .Number(Netfilter.BitwiseSource, Netfilter.RegisterOne)
            .Number(Netfilter.BitwiseRegister, Netfilter.RegisterOne)
            .Number(Netfilter.BitwiseLength, 16)
            .Nest(Netfilter.BitwiseMask, data => data.Bytes(Netfilter.DataValue, mask))
            .Nest(Netfilter.BitwiseXor, data => data.Bytes(Netfilter.DataValue, new byte[16])));
    }
}
