namespace Limiter.Benchmarks;

/// <summary>One line of the table.</summary>
internal sealed record DecisionCase(int Keys, string Draw, bool Accepts, int Threads)
{
    public required Measurement Table { get; init; }

    public required Measurement Batch { get; init; }

    public required Measurement Dictionary { get; init; }

    /// <summary>Null where it was left out.</summary>
    public required Measurement? Partitioned { get; init; }

    public required Measurement Access { get; init; }

    public required int[][] Keysets { get; init; }

    public void Round(long nowNs)
    {
        int expected = Accepts ? DecisionMatrix.Decisions : 0;
        Table.Round(Keysets, nowNs, expected);
        Access.Round(Keysets, nowNs, -1);
        Batch.Round(Keysets, nowNs, expected);
        Dictionary.Round(Keysets, nowNs, expected);
        Partitioned?.Round(Keysets, nowNs, expected);
    }

    public void Forget()
    {
        foreach (Measurement? measurement in (Measurement?[])[Table, Access, Batch, Dictionary, Partitioned]) measurement?.Forget();
    }
}
