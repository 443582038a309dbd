using System.Reflection;

namespace Integration.Lab;

/// <summary>Where things are in the working copy that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The laboratory script.</summary>
    public static string PairScript => Path.Combine(Root, "tests/Lab/pair");

    /// <summary>The client-side probe.</summary>
    public static string Probe => Built("tests/Probe", "probe", "PROBE_BINARY");

    /// <summary>The real daemon.</summary>
    public static string Appliance => Built("src/Appliance", "appliance", "APPLIANCE_BINARY");

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "appliance.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("these tests run from a working copy; appliance.sln was not found");
    }

    private static string Built(string project, string name, string variable)
    {
        string configuration = typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string path = Environment.GetEnvironmentVariable(variable)
            ?? Path.Combine(Root, project, "bin", configuration, "net10.0", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not built; {variable} can name another");
    }
}
