namespace Integration.Lab;

/// <summary>A laboratory with the daemon on both nodes.</summary>
internal sealed class NodePair : IDisposable
{
    public NodePair(NodeSettings? settings = null)
    {
        Lab = Laboratory.Build();
        try
        {
            A = new ApplianceNode(Lab, "a", settings ?? new NodeSettings());
            B = new ApplianceNode(Lab, "b", settings ?? new NodeSettings());
        }
        catch
        {
            Lab.Dispose();
            throw;
        }
    }

    public Laboratory Lab { get; }

    /// <summary>The primary.</summary>
    public ApplianceNode A { get; }

    public ApplianceNode B { get; }

    /// <summary>Both nodes running and trusting each other, `a` active: how most tests begin.</summary>
    public static NodePair Running(NodeSettings? settings = null)
    {
        var pair = new NodePair(settings);
        try
        {
            pair.A.Start();
            pair.B.Start();
            pair.AwaitSettled();
            // Whoever was faster is active without preemption; tests want to know who it is.
            if (!pair.A.HoldsAddress) pair.HandOver(pair.B);
            pair.AwaitActive(pair.A);
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>One active, one passive, and both know it.</summary>
    public void AwaitSettled() => Until.True(
        "one node is active, the other passive, and they reach each other",
        () => A.IsRunning() && B.IsRunning() && (A.Role, B.Role) is ("active", "passive") or ("passive", "active")
            && A.HoldsAddress != B.HoldsAddress && A.PeerState == "reachable" && B.PeerState == "reachable",
        20,
        Describe);

    /// <summary>This node is active and alone with the address.</summary>
    public void AwaitActive(ApplianceNode node)
    {
        var other = Other(node);
        Until.True(
            $"{node.Node} is active, alone with the address",
            () => node.IsRunning() && node.Role == "active" && node.HoldsAddress && other.Role != "active" && !other.HoldsAddress,
            15,
            Describe);
    }

    /// <summary>The operator's failover, asked for again while the peer has not been seen long enough to be trusted.</summary>
    public void HandOver(ApplianceNode from)
    {
        CommandResult? result = null;
        Until.True($"{from.Node} hands over", () => (result = from.Cli("failover", "--wait")).ExitCode == 0, 10, () => $"{result}\n{Describe()}");
    }

    public ApplianceNode Other(ApplianceNode node) => node == A ? B : A;

    public string Describe() => A.Describe() + B.Describe();

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Lab.Dispose();
    }
}
