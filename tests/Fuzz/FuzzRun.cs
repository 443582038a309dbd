using System.Diagnostics;

namespace Fuzz;

/// <summary>Mutates the corpus of one target until time is up or something is found.</summary>
internal sealed class FuzzRun(ITarget target, FuzzOptions options, TextWriter output)
{
    private const int PoolLimit = 4096;

    private readonly Random _random = new(options.Seed);
    private readonly List<byte[]> _pool = [];
    private readonly HashSet<int> _kinds = [];

    /// <summary>True: nothing was found.</summary>
    internal bool Run()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(options.Corpus, target.Name)).Order(StringComparer.Ordinal)];
        output.WriteLine($"{target.Name}: {files.Length} inputs in the corpus, seed {options.Seed}");
        foreach (string file in files)
        {
            if (!Feed(File.ReadAllBytes(file))) return false;
        }

        var mutator = new Mutator(_random, target.Tokens, target.MaximumLength);
        long start = Stopwatch.GetTimestamp(), done = 0;
        while (options.Iterations > 0 ? done < options.Iterations : Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds)
        {
            if (!Feed(mutator.Mutate(Pick(), Pick()))) return false;
            done++;
        }

        output.WriteLine($"{target.Name}: {done} inputs made, {_kinds.Count} kinds of outcome, nothing found");
        return true;
    }

    private byte[] Pick() => _pool.Count == 0 ? [] : _pool[_random.Next(_pool.Count)];

    private bool Feed(byte[] input)
    {
        try
        {
            if (_kinds.Add(target.Run(input)) && _pool.Count < PoolLimit) _pool.Add(input);
            return true;
        }
        catch (Exception error)
        {
            Directory.CreateDirectory(options.Findings);
            string name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12];
            string path = Path.Combine(options.Findings, $"{target.Name}-{name}");
            File.WriteAllBytes(path, input);
            output.WriteLine($"{target.Name}: FOUND with seed {options.Seed}: {error}\nthe input is in {path}");
            return false;
        }
    }
}
