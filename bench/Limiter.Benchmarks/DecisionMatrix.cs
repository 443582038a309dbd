using System.Globalization;

namespace Limiter.Benchmarks;

/// <summary>
/// `bench/limiter`: every contender in every case. Contenders take turns, so that what others do on the machine meets all of them, and figures of one
/// line can be compared.
/// </summary>
internal static class DecisionMatrix
{
    public const int Decisions = 500_000;
    public const long StartNs = 1_000_000_000_000;
    private const int MostPartitions = 1_000_000;

    public static int Run(string file, string[] options)
    {
        int[] sizes = [1_000_000, 10_000_000];
        int rounds = 7;
        for (int i = 0; i + 1 < options.Length; i += 2)
        {
            int value = int.Parse(options[i + 1], CultureInfo.InvariantCulture);
            if (options[i] == "--keys") sizes = [value];
            else if (options[i] == "--rounds") rounds = value;
        }

        var cases = new List<DecisionCase>();
        bool onHugePages = false;
        foreach (int keys in sizes)
        {
            foreach (bool accepts in (bool[])[true, false]) cases.AddRange(Measure(keys, accepts, rounds, ref onHugePages));
        }

        string page = DecisionTable.Of(cases, rounds, onHugePages);
        Console.Write(page);
        File.WriteAllText(file, page);
        return 0;
    }

    private static List<DecisionCase> Measure(int keys, bool accepts, int rounds, ref bool onHugePages)
    {
        Console.Error.WriteLine($"{keys:N0} keys, {(accepts ? "accept" : "reject")}");
        using var table = new TableContender(keys, accepts);
        using var batch = new TableBatchContender(keys, accepts);
        var dictionary = new DictionaryContender(keys, accepts);
        using PartitionedContender? partitioned = keys <= MostPartitions ? new PartitionedContender(keys, accepts) : null;
        var access = new MemoryContender(keys);
        onHugePages |= table.OnHugePages;
        List<DecisionCase> cases =
        [
            .. from draw in (string[])["uniform", "Zipf"]
               from threads in (int[])[1, 2]
               select new DecisionCase(keys, draw, accepts, threads)
               {
                   Table = new Measurement(table),
                   Batch = new Measurement(batch),
                   Dictionary = new Measurement(dictionary),
                   Partitioned = partitioned is null ? null : new Measurement(partitioned),
                   Access = new Measurement(access),
                   Keysets = [.. Enumerable.Range(1, threads).Select(seed => draw == "Zipf" ? KeyDraw.Zipf(keys, Decisions, seed) : KeyDraw.Uniform(keys, Decisions, seed))],
               },
        ];
        long nowNs = StartNs;
        // The first rounds warm up: the JIT compiles a hot loop a second time with a profile.
        for (int round = -2; round < rounds; round++)
        {
            foreach (DecisionCase one in cases)
            {
                one.Round(nowNs);
                nowNs += Decisions * Contender.StepNs;
                if (round < 0) one.Forget();
            }
        }

        return cases;
    }
}
