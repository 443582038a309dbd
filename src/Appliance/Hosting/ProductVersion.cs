using System.Reflection;

namespace Appliance.Hosting;

/// <summary>The version that the build wrote into the assembly; the one place where it is read.</summary>
internal static class ProductVersion
{
    /// <summary>For example 0.1.0, without the source revision that the SDK appends after '+'.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        string? full = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return full?.Split('+')[0] ?? "unknown";
    }
}
