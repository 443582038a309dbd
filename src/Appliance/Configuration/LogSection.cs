using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of `log`.</summary>
internal static class LogSection
{
    private static readonly ValueKey<LogThreshold> Level = new("level",
        new ChoiceKind<LogThreshold>(
            [("debug", LogThreshold.Debug), ("info", LogThreshold.Info), ("warning", LogThreshold.Warning), ("error", LogThreshold.Error)]), "info",
        "The least severe level that is written: debug, info, warning, error.");
    private static readonly ValueKey<AccessLogMode> Access = new("access",
        new ChoiceKind<AccessLogMode>([("off", AccessLogMode.Off), ("sampled", AccessLogMode.Sampled), ("all", AccessLogMode.All)]), "sampled",
        "Access log: off, sampled (every failed request, up to 100 others a second), all.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Level, Access], []);

    /// <summary>Reads the section.</summary>
    public static LogConfig Read(SectionReader reader) => new() { Level = reader.Get(Level), Access = reader.Get(Access) };
}
