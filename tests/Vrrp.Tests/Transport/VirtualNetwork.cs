using Appliance.Vrrp;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Transport;

/// <summary>Two nodes, two paths and a clock that jumps from event to event. Loss, delay and duplication per direction and path.</summary>
internal sealed class VirtualNetwork
{
    private readonly PriorityQueue<VirtualDelivery, (long AtNs, int Order)> _flying = new();
    private readonly Random _random;
    private int _order;
    private int _turnsInPlace;
    private long _evidenceNs;
    private long _foreignAtNs = long.MaxValue;
    private byte _foreignPriority;
    private readonly long[] _soundSinceNs = new long[2];

    public VirtualNetwork(VirtualSettings common, int seed)
    {
        Common = common;
        _random = new Random(seed);
        NowNs = 1_000_000_000;
        Nodes = [new VirtualNode(this, 0, VirtualNode.Settings(0, common)), new VirtualNode(this, 1, VirtualNode.Settings(1, common))];
    }

    public VirtualSettings Common { get; }

    public VirtualNode[] Nodes { get; }

    public long NowNs { get; private set; }

    public List<string> Trace { get; } = [];

    public int WishedBy { get; set; } = -1;

    /// <summary>Probability of loss by [sender, path].</summary>
    public double[,] Loss { get; } = new double[2, 2];

    /// <summary>The node's LAN port is cut: neither the peer nor a witness is reached.</summary>
    public bool[] LanCut { get; } = new bool[2];

    /// <summary>What no history may show, whatever its faults.</summary>
    public List<string> Violations { get; } = [];

    public double Duplication { get; set; }

    public long DelayNs { get; set; } = 200_000;

    public int Asserting => Nodes.Count(n => n.Asserts);

    /// <summary>Longest time so far with two nodes asserting, and with none; reset by <see cref="ResetSpans"/>.</summary>
    public long LongestTwoNs { get; private set; }

    public long LongestNoneNs { get; private set; }

    private long _twoSinceNs = -1;
    private long _noneSinceNs = -1;

    public VirtualNode? Active => Array.Find(Nodes, n => n.Asserts);

    public void ResetSpans()
    {
        (LongestTwoNs, LongestNoneNs, _twoSinceNs, _noneSinceNs) = (0, 0, -1, -1);
        Measure();
    }

    public bool Send(int from, VirtualPath path, ReadOnlySpan<byte> bytes)
    {
        int to = 1 - from;
        if (path == VirtualPath.Lan && (LanCut[0] || LanCut[1] || !Nodes[0].Carrier || !Nodes[1].Carrier)) return true;
        if (_random.NextDouble() < Loss[from, (int)path]) return true;
        int copies = _random.NextDouble() < Duplication ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            long delay = 20_000 + _random.NextInt64(DelayNs);
            _flying.Enqueue(new VirtualDelivery(to, path, bytes.ToArray()), (NowNs + delay, _order++));
        }

        return true;
    }

    /// <summary>A third router of the same id that adverts on the LAN at this priority.</summary>
    public void StartForeignRouter(byte priority) => (_foreignPriority, _foreignAtNs) = (priority, NowNs);

    public void StopForeignRouter() => _foreignAtNs = long.MaxValue;

    /// <summary>Nobody takes the role for a silent LAN from an Active that third parties have reached all the time (ha.md section 2, rule 1b).</summary>
    public void Judge(int index, HaRole to, HaReason reason)
    {
        if (to != HaRole.Active || reason != HaReason.LanSilent || !Common.Witness) return;
        int other = 1 - index;
        long window = (Common.Threshold + 2) * Math.Max(Common.IntervalNs, 100_000_000);
        if (Nodes[other].Asserts && NowNs - _soundSinceNs[other] > 2 * window) Violations.Add($"{Nodes[index].Name} took the role from a node that the LAN reaches, at {NowNs / 1e6:F3}");
    }

    public void Run(long forNs) => RunUntil(() => false, forNs);

    /// <summary>False: time was up first.</summary>
    public bool RunUntil(Func<bool> reached, long limitNs)
    {
        long end = NowNs + limitNs;
        while (!reached())
        {
            long next = Next();
            if (next > end)
            {
                NowNs = end;
                Measure();
                return reached();
            }

            _turnsInPlace = next <= NowNs ? _turnsInPlace + 1 : 0;
            if (_turnsInPlace > 10_000) throw new InvalidOperationException($"a deadline of the past spins:\n{string.Join('\n', Trace.TakeLast(20))}");
            NowNs = Math.Max(NowNs, next);
            Play();
            Measure();
        }

        return true;
    }

    /// <summary>Packets that came while it was frozen are read after it wakes, as a socket's queue would be.</summary>
    public void Thaw(int index)
    {
        VirtualNode node = Nodes[index];
        node.Frozen = false;
        if (_random.Next(2) == 0) node.Driver?.OnTimer(NowNs);
        while (node.Inbox.TryDequeue(out VirtualDelivery? queued)) node.Receive(queued);
    }

    private void Advertise()
    {
        _foreignAtNs = NowNs + Common.IntervalNs;
        byte[] packet = new byte[VrrpWire.MaximumPacketBytes];
        int length = VrrpWriter.WritePacket(packet, new VrrpAdvert
        {
            RouterId = 51,
            Priority = _foreignPriority,
            IntervalCs = Common.IntervalMs / 10,
            Source = 0xc0000209,
            Destination = VrrpWire.Group,
            Addresses = new byte[] { 192, 0, 2, 100 },
            Checksum = VrrpChecksum.PseudoHeader,
        });
        for (int i = 0; i < 2; i++)
        {
            if (Nodes[i].Runs && Nodes[i].Carrier && !LanCut[i]) Nodes[i].Receive(new VirtualDelivery(i, VirtualPath.Lan, packet[..length]));
        }
    }

    private long Next()
    {
        long next = _flying.TryPeek(out _, out (long AtNs, int Order) first) ? first.AtNs : long.MaxValue;
        foreach (VirtualNode node in Nodes)
        {
            if (node.Runs) next = Math.Min(next, Math.Max(NowNs, node.Driver!.NextDeadlineNs));
        }

        return Math.Min(Math.Min(next, _evidenceNs), _foreignAtNs);
    }

    private void Play()
    {
        if (NowNs >= _evidenceNs) SpreadEvidence();
        if (NowNs >= _foreignAtNs) Advertise();
        while (_flying.TryPeek(out VirtualDelivery? delivery, out (long AtNs, int Order) at) && at.AtNs <= NowNs)
        {
            _flying.Dequeue();
            VirtualNode node = Nodes[delivery.To];
            if (node.Runs) node.Receive(delivery);
            else if (node.Frozen) node.Inbox.Enqueue(delivery);
        }

        foreach (VirtualNode node in Nodes)
        {
            if (node.Runs && node.Driver!.NextDeadlineNs <= NowNs) node.Driver.OnTimer(NowNs);
        }

        if (WishedBy < 0) return;
        VirtualNode wished = Nodes[WishedBy];
        WishedBy = -1;
        if (wished.Runs && wished.AnswersWishes) wished.Apply(ElectionEvent.Switch(ElectionEventKind.Handover, true));
    }

    private void SpreadEvidence()
    {
        _evidenceNs = NowNs + Math.Max(Common.IntervalNs, 100_000_000);
        for (int i = 0; i < 2; i++)
        {
            if (Common.Witness && Nodes[i].Runs && Nodes[i].Carrier && !LanCut[i]) Nodes[i].Apply(new ElectionEvent(ElectionEventKind.EvidenceHeard));
        }
    }

    private void Measure()
    {
        for (int i = 0; i < 2; i++)
        {
            if (!Nodes[i].Runs || !Nodes[i].Carrier || LanCut[i]) _soundSinceNs[i] = NowNs;
            if (Nodes[i].FlapsTooMuch) Violations.Add($"{Nodes[i].Name} is past its flaps and not in Bypass, at {NowNs / 1e6:F3}");
        }

        int asserting = Asserting;
        if (asserting != 2) _twoSinceNs = -1;
        else if (_twoSinceNs < 0) _twoSinceNs = NowNs;
        else LongestTwoNs = Math.Max(LongestTwoNs, NowNs - _twoSinceNs);
        if (asserting != 0) _noneSinceNs = -1;
        else if (_noneSinceNs < 0) _noneSinceNs = NowNs;
        else LongestNoneNs = Math.Max(LongestNoneNs, NowNs - _noneSinceNs);
    }
}
