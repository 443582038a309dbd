using System.Net;
using Appliance.Limiter;
using Appliance.Proxy;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Admission;

/// <summary>Who is admitted, with time as a number.</summary>
public sealed class AdmissionGateTests
{
    private const long Second = 1_000_000_000;

    private static readonly ClientAddress Client = ClientAddress.From(IPAddress.Parse("192.0.2.1"));
    private static readonly ClientAddress Other = ClientAddress.From(IPAddress.Parse("192.0.2.2"));

    [Fact]
    public void ABurstPassesAndThenTheRate()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConnectionsPerSecond = 10, ConnectionBurst = 3 });
        Assert.Equal(3, Admitted(gate, Client, 20, Second));
        Assert.Equal(0, Admitted(gate, Client, 20, Second + Second / 20));
        Assert.Equal(1, Admitted(gate, Client, 20, Second + Second / 10));
        Assert.Equal(3, Admitted(gate, Client, 20, 5 * Second));
        Assert.Equal(3, Admitted(gate, Other, 20, 5 * Second));
    }

    [Fact]
    public void NeverMoreThanBurstAndRateTimesTime() => Prop.ForAll(
        Gen.Choose(1, 400).ListOf(200).ToArbitrary(),
        steps =>
        {
            var gate = new AdmissionGate(new AdmissionSettings { ConnectionsPerSecond = 7, ConnectionBurst = 5 }, 8);
            long now = Second, admitted = 0;
            foreach (int milliseconds in steps)
            {
                now += milliseconds * 1_000_000L;
                admitted += Admitted(gate, Client, 3, now);
                if (admitted > 5 + 7.0 * (now - Second) / Second) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ConcurrentConnectionsAreCountedToZeroAgain()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 2 });
        Assert.Equal(AdmissionRule.None, gate.TryAdmit(Client, true, 0, out int first));
        Assert.Equal(AdmissionRule.None, gate.TryAdmit(Client, true, 0, out int second));
        Assert.Equal(AdmissionRule.ClientConnections, gate.TryAdmit(Client, true, 0, out int none));
        Assert.Equal(-1, none);
        gate.ReleaseClient(first);
        Assert.Equal(AdmissionRule.None, gate.TryAdmit(Client, true, 0, out int third));
        gate.ReleaseClient(second);
        gate.ReleaseClient(third);
        Assert.Equal(0, gate.Table.CountOpen());
    }

    [Fact]
    public void ARefusalByConcurrencyCostsNoRate()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 1, ConnectionsPerSecond = 1, ConnectionBurst = 2 });
        gate.TryAdmit(Client, true, Second, out int slot);
        Assert.Equal(AdmissionRule.ClientConnections, gate.TryAdmit(Client, true, Second, out _));
        gate.ReleaseClient(slot);
        Assert.Equal(AdmissionRule.None, gate.TryAdmit(Client, true, Second, out _));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void ClientsAreToldApartByPrefix(string first, string second, bool same)
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 1 });
        gate.TryAdmit(ClientAddress.From(IPAddress.Parse(first)), true, 0, out _);
        AdmissionRule rule = gate.TryAdmit(ClientAddress.From(IPAddress.Parse(second)), true, 0, out _);
        Assert.Equal(same ? AdmissionRule.ClientConnections : AdmissionRule.None, rule);
    }

    [Fact]
    public void TenMillionSourcesNeitherGrowTheTableNorPushOutWhoHasConnections()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 1, ConnectionsPerSecond = 100 }, 1024);
        ClientAddress[] holders = [.. Enumerable.Range(0, 64).Select(i => ClientAddress.FromIPv4(0xC000_0200 + (uint)i))];
        int[] slots = new int[holders.Length];
        for (int i = 0; i < holders.Length; i++) gate.TryAdmit(holders[i], true, Second, out slots[i]);
        Assert.All(slots, slot => Assert.True(slot >= 0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 10_000_000; i++)
        {
            gate.TryAdmit(ClientAddress.FromIPv4(0x0A00_0000 + i), true, Second + i * 100, out int slot);
            gate.ReleaseClient(slot);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, -16_384, 16_384);
        Assert.Equal(1024, gate.Table.Capacity);
        Assert.All(holders, holder => Assert.Equal(AdmissionRule.ClientConnections, gate.TryAdmit(holder, true, 2 * Second, out _)));
        Assert.True(gate.Forgotten > 0);
        foreach (int slot in slots) gate.ReleaseClient(slot);
        Assert.Equal(0, gate.Table.CountOpen());
    }

    [Fact]
    public void WhenASetIsFullOfOpenConnectionsAFurtherClientIsAdmittedAndCounted()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 1 }, ClientTable.Ways);
        for (uint i = 0; i < ClientTable.Ways; i++) gate.TryAdmit(ClientAddress.FromIPv4(i), true, 0, out _);
        Assert.Equal(0, gate.Untracked);
        Assert.Equal(AdmissionRule.None, gate.TryAdmit(Client, true, 0, out int slot));
        Assert.Equal((-1, 1), (slot, gate.Untracked));
        gate.ReleaseClient(slot);
    }

    /// <summary>The key of ::1 is zero, as that of an entry that nobody has is.</summary>
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("::1")]
    public void AnOffenderKeepsItsEntryWhileOthersCanMakeRoom(string address)
    {
        var client = ClientAddress.From(IPAddress.Parse(address));
        var gate = new AdmissionGate(new AdmissionSettings { ConnectionsPerSecond = 1, ConnectionBurst = 10 }, ClientTable.Ways);
        Assert.Equal(10, Admitted(gate, client, 20, Second));
        for (uint i = 1; i < 1000; i++) Admitted(gate, ClientAddress.FromIPv4(i), 1, Second);
        Assert.Equal(0, Admitted(gate, client, 1, Second));
    }

    [Fact]
    public void WhoHasBeenRefusedKeepsItsEntryWhileOthersCanMakeRoom()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 1, OffloadAfter = 3 }, ClientTable.Ways);
        int offences = 0;
        gate.Offender = _ => offences++;
        gate.TryAdmit(Client, true, Second, out int slot);
        for (int i = 0; i < 2; i++) gate.TryAdmit(Client, true, Second, out _);
        gate.ReleaseClient(slot);
        for (uint i = 1; i < 1000; i++) Admitted(gate, ClientAddress.FromIPv4(i), 1, Second);
        gate.TryAdmit(Client, true, Second, out slot);
        gate.TryAdmit(Client, true, Second, out _);
        gate.ReleaseClient(slot);
        Assert.Equal(1, offences);
    }

    [Fact]
    public void WhoOwesBytesKeepsItsEntryWhileOthersCanMakeRoom()
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 10_000 }, ClientTable.Ways);
        gate.TryAdmit(Client, true, Second, out int slot);
        gate.Charge(slot, 100_000, Second);
        gate.ReleaseClient(slot);
        for (uint i = 1; i < 1000; i++) Admitted(gate, ClientAddress.FromIPv4(i), 1, Second);
        gate.TryAdmit(Client, true, Second, out slot);
        Assert.InRange(gate.Charge(slot, 1, Second), 9 * Second, 11 * Second);
    }

    [Fact]
    public void ALowByteRateMovesPiecesOfAKilobyte() =>
        Assert.Equal(1024, new AdmissionGate(new AdmissionSettings { BytesPerSecond = 1 }).Limits.ChunkBytes);

    [Fact]
    public void LoopsAdmitTogetherNoMoreThanOneWould()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConcurrentConnections = 10 }, 64);
        int most = 0, open = 0;
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                if (gate.TryAdmit(Client, true, i, out int slot) != AdmissionRule.None) continue;
                int now = Interlocked.Increment(ref open);
                InterlockedMax(ref most, now);
                Interlocked.Decrement(ref open);
                gate.ReleaseClient(slot);
                gate.TryAdmit(ClientAddress.FromIPv4((uint)(thread << 20 | i)), true, i, out int other);
                gate.ReleaseClient(other);
            }
        });
        Assert.InRange(most, 1, 10);
        Assert.Equal(0, gate.Table.CountOpen());
    }

    [Fact]
    public void BytesOfAllConnectionsOfAClientKeepOneRate()
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 80_000 });
        gate.TryAdmit(Client, true, Second, out int slot);
        gate.TryAdmit(Client, true, Second, out int again);
        Assert.Equal(0, gate.Charge(slot, 10_000, Second));
        Assert.Equal(Second / 8, gate.Charge(again, 10_000, Second));
        Assert.Equal(Second / 8, gate.Charge(slot, 10_000, Second + Second / 8));
        Assert.Equal(0, gate.Charge(slot, 10_000, 5 * Second));
    }

    [Fact]
    public void WhoIsNotTrackedIsNotHeldUp()
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 1 });
        Assert.Equal(0, gate.Charge(-1, 1_000_000, Second));
        Assert.True(gate.TryCharge(-1, 1_000_000, Second));
    }

    [Fact]
    public void BytesThatLoopsChargeAtOnceAllCount()
    {
        const int Each = 2_000_000;
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 1_000_000 });
        gate.TryAdmit(Client, true, Second, out int slot);
        Together(() =>
        {
            for (int i = 0; i < Each; i++) gate.Charge(slot, 1, Second);
        });
        Assert.Equal(Second + 2L * Each * 1000, gate.Table[slot].BytesPaidAtNs);
    }

    [Fact]
    public void DatagramsThatLoopsTakeAtOnceAreNoMoreThanTheBurst()
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 8_000_000 });
        gate.TryAdmit(Client, true, Second, out int slot);
        int taken = 0;
        Together(() =>
        {
            for (int i = 0; i < 1_000_000; i++)
            {
                if (gate.TryCharge(slot, 1, Second)) Interlocked.Increment(ref taken);
            }
        });
        Assert.Equal(1_000_000, taken);
    }

    [Fact]
    public void AHigherLimitAppliesAtOnceWhateverDebtTheOldOneHasLeft()
    {
        var gate = new AdmissionGate(new AdmissionSettings { ConnectionsPerSecond = 0.01, ConnectionBurst = 100 });
        Assert.Equal(100, Admitted(gate, Client, 200, Second));
        gate.Apply(new AdmissionSettings { ConnectionsPerSecond = 10, ConnectionBurst = 5 });
        Assert.Equal(0, Admitted(gate, Client, 20, Second));
        Assert.Equal(5, Admitted(gate, Client, 20, Second + Second / 2));
    }

    [Theory]
    [InlineData(1, 1 << 12)]
    [InlineData(50_000, 1 << 17)]
    [InlineData(int.MaxValue, 1 << 20)]
    public void TheTableIsSizedByTheListenersBoundWithinReason(int most, int entries) =>
        Assert.Equal(entries, new AdmissionGate(new AdmissionSettings { MaximumConnections = most }).Table.Capacity);

    [Fact]
    public void DatagramsAboveTheRateAreRefusedAndCostNothing()
    {
        var gate = new AdmissionGate(new AdmissionSettings { BytesPerSecond = 80_000 });
        gate.TryAdmit(Client, true, Second, out int slot);
        Assert.True(gate.TryCharge(slot, 6_000, Second));
        Assert.False(gate.TryCharge(slot, 6_000, Second));
        Assert.True(gate.TryCharge(slot, 4_000, Second));
        Assert.True(gate.TryCharge(slot, 60_000, 3 * Second));
        Assert.False(gate.TryCharge(slot, 1, 3 * Second));
    }

    [Fact]
    public void RefusalsWithinTheWindowMakeAnOffenderAndItsCountBeginsAnew()
    {
        var gate = new AdmissionGate(Offload(5));
        var offenders = new List<ClientAddress>();
        gate.Offender = offenders.Add;
        Admitted(gate, Client, 1 + 4, Second);
        Assert.Empty(offenders);
        Admitted(gate, Client, 1, Second);
        Assert.Equal([Client], offenders);
        Admitted(gate, Client, 4, Second);
        Assert.Single(offenders);
        Admitted(gate, Client, 1, Second);
        Assert.Equal(2, offenders.Count);
    }

    [Fact]
    public void RefusalsThatTheWindowHasLeftDoNotCount()
    {
        var gate = new AdmissionGate(Offload(5));
        int offences = 0;
        gate.Offender = _ => offences++;
        Admitted(gate, Client, 1 + 4, Second);
        // Nine tenths of the window before have slid out: four refusals count as 0.4.
        Admitted(gate, Client, 4, Second + 19 * Second);
        Assert.Equal(0, offences);
        Admitted(gate, Client, 1, Second + 19 * Second);
        Assert.Equal(1, offences);
        Admitted(gate, Client, 4, Second + 20 * Second);
        // All of it is long ago: nothing is left to be counted, nor to be taken off.
        Admitted(gate, Client, 4, Second + 90 * Second);
        Assert.Equal(1, offences);
        Admitted(gate, Client, 1, Second + 90 * Second);
        Assert.Equal(2, offences);
    }

    [Fact]
    public void ClientsBehindAProxyAreNeverOffenders()
    {
        var gate = new AdmissionGate(Offload(1));
        gate.Offender = _ => Assert.Fail("the kernel would drop the proxy's packets");
        for (int i = 0; i < 10; i++) gate.TryAdmit(Client, isPeer: false, Second, out _);
    }

    [Fact]
    public void TheListenersBoundIsKeptOverAllClients()
    {
        var gate = new AdmissionGate(new AdmissionSettings { MaximumConnections = 2 });
        Assert.True(gate.TryEnter() && gate.TryEnter());
        Assert.False(gate.TryEnter());
        gate.Leave();
        Assert.True(gate.TryEnter());
    }

    /// <summary>On two threads that begin at the same time.</summary>
    private static void Together(Action work)
    {
        using var begin = new Barrier(2);
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            begin.SignalAndWait();
            work();
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private static AdmissionSettings Offload(int after) => new() { ConnectionsPerSecond = 0.001, ConnectionBurst = 1, OffloadAfter = after };

    private static int Admitted(AdmissionGate gate, ClientAddress client, int attempts, long now)
    {
        int admitted = 0;
        for (int i = 0; i < attempts; i++)
        {
            if (gate.TryAdmit(client, true, now, out int slot) != AdmissionRule.None) continue;
            admitted++;
            gate.ReleaseClient(slot);
        }

        return admitted;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
