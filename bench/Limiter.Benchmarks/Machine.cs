using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Limiter.Benchmarks;

/// <summary>Where and with what something was measured.</summary>
internal static class Machine
{
    /// <param name="libraries">A type of each library whose version matters.</param>
    public static string Describe(params Type[] libraries)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"- processor: {ProcessorName()}, {Environment.ProcessorCount} visible");
        text.AppendLine(CultureInfo.InvariantCulture, $"- kernel: {Read("/proc/sys/kernel/osrelease")}; {RuntimeInformation.OSDescription}; transparent huge pages: {Chosen("/sys/kernel/mm/transparent_hugepage/enabled")}, for shared memory {Chosen("/sys/kernel/mm/transparent_hugepage/shmem_enabled")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- runtime: {RuntimeInformation.FrameworkDescription}{string.Concat(libraries.Select(type => $"; {type.Assembly.GetName().Name} {VersionOf(type)}"))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- measured: {DateTime.UtcNow:yyyy-MM-dd}; load average at the end: {Read("/proc/loadavg").Split(' ')[0]}");
        return text.ToString();
    }

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "unknown";

    /// <summary>The word in brackets.</summary>
    private static string Chosen(string file) => Read(file).Split('[', ']') is [_, var chosen, ..] ? chosen : "unknown";

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
