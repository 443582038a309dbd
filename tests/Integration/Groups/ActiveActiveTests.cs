using Integration.Lab;

namespace Integration.Groups;

/// <summary>Two virtual routers with crossed owners: each node carries its own address and backs up the other's.</summary>
public sealed class ActiveActiveTests
{
    private static readonly NodeSettings Crossed = new() { TwoGroups = true, Preempt = true };

    [Fact]
    public void EachNodeCarriesItsOwnAddressAndBothAnswer()
    {
        using var pair = new NodePair(Crossed);
        Start(pair);
        AwaitCrossed(pair);
        Assert.Contains("200", Ask(pair, Laboratory.VirtualAddress), StringComparison.Ordinal);
        Assert.Contains("200", Ask(pair, Laboratory.SecondAddress), StringComparison.Ordinal);
        Until.Stays("each holds its own", () => IsCrossed(pair), 1.5, pair.Describe);
    }

    [Fact]
    public void TheSurvivorCarriesBothAndTheOwnerTakesItsOwnBack()
    {
        using var pair = new NodePair(Crossed);
        Start(pair);
        AwaitCrossed(pair);

        pair.B.Process.Signal("KILL");
        Until.True("a holds both", () => Holds(pair, "a", Laboratory.VirtualAddress) && Holds(pair, "a", Laboratory.SecondAddress), 20, pair.A.Describe);
        Until.True("the client reaches both on a", () => Ask(pair, Laboratory.SecondAddress).Contains("200", StringComparison.Ordinal), 20, pair.A.Describe);

        pair.B.Start();
        Until.True(
            "b takes its own back, and nothing else moves",
            () =>
            {
                Assert.True(Holds(pair, "a", Laboratory.VirtualAddress), "a gave away the address that is its own\n" + pair.Describe());
                return IsCrossed(pair);
            },
            30,
            pair.Describe);
        Assert.Contains("200", Ask(pair, Laboratory.SecondAddress), StringComparison.Ordinal);
    }

    [Fact]
    public void AFailoverOrderGivesAwayWhatTheNodeCarriesAndNothingElse()
    {
        using var pair = new NodePair(Crossed);
        Start(pair);
        AwaitCrossed(pair);

        Until.True("a hands over", () => pair.A.Cli("failover", "--wait").ExitCode == 0, 20, pair.Describe);
        Until.True("b holds both", () => Holds(pair, "b", Laboratory.VirtualAddress) && Holds(pair, "b", Laboratory.SecondAddress), 20, pair.Describe);
        Until.Stays("the operator's order is not undone by preemption", () => !Holds(pair, "a", Laboratory.VirtualAddress), 2, pair.Describe);
    }

    private static void Start(NodePair pair)
    {
        pair.A.Start();
        pair.B.Start();
    }

    private static void AwaitCrossed(NodePair pair) =>
        Until.True("each node carries its own address alone", () => pair.A.IsRunning() && pair.B.IsRunning() && IsCrossed(pair), 30, pair.Describe);

    private static bool IsCrossed(NodePair pair) =>
        Holds(pair, "a", Laboratory.VirtualAddress) && Holds(pair, "b", Laboratory.SecondAddress)
        && !Holds(pair, "b", Laboratory.VirtualAddress) && !Holds(pair, "a", Laboratory.SecondAddress);

    private static bool Holds(NodePair pair, string node, string address) => pair.Lab.HoldsAddress(node, address);

    private static string Ask(NodePair pair, string address) =>
        pair.Lab.Exec("client", "curl", "-si", "--max-time", "3", $"http://{address}/").Output;
}
