using System.Globalization;

namespace Integration.Lab;

/// <summary>Measured values that ./test prints at its end: shown on every run, asserted only loosely, since the machine may be busy.</summary>
internal static class Figure
{
    private static readonly string FilePath = Path.Combine(Repository.Root, "artifacts/test/figures.txt");
    private static readonly Lock Gate = new();

    public static void Milliseconds(string what, double value, double noiseMs) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:F1} ms (noise of the machine {noiseMs:F1} ms)"));

    public static void Count(string what, double value, double of) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:F0} of {of:F0}"));

    private static void Write(string line)
    {
        lock (Gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            File.AppendAllText(FilePath, line + "\n");
        }
    }
}
