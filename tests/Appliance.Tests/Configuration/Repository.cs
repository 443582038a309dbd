namespace Appliance.Tests.Configuration;

/// <summary>Finds the files of the repository from wherever the tests were built.</summary>
internal static class Repository
{
    /// <summary>The directory that holds appliance.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the root.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "appliance.sln"))) at = at.Parent;
        return at?.FullName ?? throw new DirectoryNotFoundException($"no appliance.sln above {AppContext.BaseDirectory}");
    }
}
