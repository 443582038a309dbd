using System.Globalization;
using System.Text;

namespace Limiter.Benchmarks;

/// <summary>The one table that `bench/limiter` prints and keeps.</summary>
internal static class DecisionTable
{
    public static string Of(List<DecisionCase> cases, int rounds, bool onHugePages)
    {
        var text = new StringBuilder("# Limiter: one decision\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            Nanoseconds of processor time per decision, median of {rounds} rounds of {DecisionMatrix.Decisions:N0} decisions in each thread; contenders take turns. All keys are known; memory is on
            {(onHugePages ? "reserved huge pages" : "4 KiB pages")}. An access is one load of a random line of as many as there are keys, which waits for the one before: what a lookup of one key cannot be
            faster than. `bench/limiter` prints and writes this page.

            | keys | drawn | answer | threads | table, one at a time | table, 16 at a time | ConcurrentDictionary | PartitionedRateLimiter | one access | table / access | 16 / access | rate: table / Partitioned (wall clock) | bytes allocated: table, dictionary, Partitioned |
            |---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|

            """);
        foreach (DecisionCase one in cases)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {one.Keys:N0} | {one.Draw} | {(one.Accepts ? "accept" : "reject")} | {one.Threads} | {Of(one.Table)} | {Of(one.Batch)} | {Of(one.Dictionary)} | {Of(one.Partitioned)} | {Of(one.Access)} | {one.Table.CpuNs / one.Access.CpuNs:F2} | {one.Batch.CpuNs / one.Access.CpuNs:F2} | {Rate(one)} | {one.Table.BytesPerDecision:F0}, {one.Dictionary.BytesPerDecision:F0}, {one.Partitioned?.BytesPerDecision.ToString("F0", CultureInfo.InvariantCulture) ?? "-"} |");
        }

        text.Append("\nIn brackets the fastest round. ");
        text.Append("PartitionedRateLimiter with more than a million limiters takes gigabytes and its timer visits all of them ten times a second: it is left out there.\n\nTargets, one thread: ");
        text.AppendJoin("; ", cases.Where(one => one.Threads == 1).Select(Verdicts)).Append(".\n\n");
        text.Append("20 times PartitionedRateLimiter's rate: ");
        text.AppendJoin(", ", cases.Where(one => one.Partitioned is not null).Select(one => one.Partitioned!.CpuNs / one.Table.CpuNs >= 20 ? "reached" : "missed").Distinct()).Append(".\n\n");
        return text.Append(Machine.Describe(typeof(System.Threading.RateLimiting.RateLimiter))).ToString();
    }

    private static string Of(Measurement? measurement) =>
        measurement is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{measurement.CpuNs:F0} ({measurement.LeastCpuNs:F0})");

    private static string Rate(DecisionCase one) => one.Partitioned is null
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{one.Partitioned.CpuNs / one.Table.CpuNs:F1} ({one.Partitioned.WallNs / one.Table.WallNs:F1})");

    private static string Verdicts(DecisionCase one)
    {
        int most = one.Keys > 1_000_000 ? 75 : 60;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{one.Keys:N0} {one.Draw} {(one.Accepts ? "accept" : "reject")} at most {most} ns: {Verdict(one.Table.CpuNs, most)}, in batches {Verdict(one.Batch.CpuNs, most)}");
    }

    private static string Verdict(double ns, double most) => string.Create(CultureInfo.InvariantCulture, $"{(ns <= most ? "reached" : "missed")} ({ns:F0} ns)");
}
