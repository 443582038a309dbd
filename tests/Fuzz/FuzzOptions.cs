using System.Globalization;

namespace Fuzz;

/// <summary>The command line.</summary>
internal sealed record FuzzOptions
{
    internal const string Usage = """
        Fuzz TARGET|all [--seconds N | --iterations N] [--seed N] [--corpus DIR] [--findings DIR]
        Fuzz TARGET --input FILE      runs one saved input
        """;

    internal required string Target { get; init; }

    internal double Seconds { get; init; } = 10;

    /// <summary>0: as many as the seconds allow. Given: exactly so many, which together with the seed repeats a run.</summary>
    internal long Iterations { get; init; }

    internal int Seed { get; init; } = Environment.TickCount;

    internal string Corpus { get; init; } = FromRepository("tests/Fuzz/corpus");

    internal string Findings { get; init; } = FromRepository("artifacts/fuzz");

    internal string? Input { get; init; }

    /// <summary>Null: not understood.</summary>
    internal static FuzzOptions? Parse(string[] arguments)
    {
        if (arguments.Length % 2 != 1 || arguments[0].StartsWith('-')) return null;
        var options = new FuzzOptions { Target = arguments[0] };
        for (int i = 1; i < arguments.Length; i += 2)
        {
            if (With(options, arguments[i], arguments[i + 1]) is not { } next) return null;
            options = next;
        }

        return options;
    }

    private static FuzzOptions? With(FuzzOptions options, string name, string value)
    {
        bool number = long.TryParse(value, CultureInfo.InvariantCulture, out long n) && n >= 0;
        return name switch
        {
            "--seconds" when number => options with { Seconds = n },
            "--iterations" when number => options with { Iterations = n },
            "--seed" when number => options with { Seed = (int)n },
            "--corpus" => options with { Corpus = value },
            "--findings" => options with { Findings = value },
            "--input" => options with { Input = value },
            _ => null,
        };
    }

    /// <summary>A path of the working copy that this program was built from; of the current directory when it is elsewhere.</summary>
    private static string FromRepository(string path)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "appliance.sln"))) directory = directory.Parent;
        return Path.Combine(directory?.FullName ?? ".", path);
    }
}
