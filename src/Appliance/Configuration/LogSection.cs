namespace Appliance.Configuration;

/// <summary>The keys of `log`.</summary>
internal static class LogSection
{
    private static readonly ValueKey<LogThreshold> Level = new("level",
        new ChoiceKind<LogThreshold>(
            [("debug", LogThreshold.Debug), ("info", LogThreshold.Info), ("warning", LogThreshold.Warning), ("error", LogThreshold.Error)]), "info",
        "The least severe level that is written: debug, info, warning, error.");
    private static readonly ValueKey<bool> Access = new("access", new ChoiceKind<bool>([("off", false)], ["sampled", "all"]), "off",
        "Access log: off.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Level, Access], []);

    /// <summary>Reads the section.</summary>
    public static LogConfig Read(SectionReader reader)
    {
        reader.Get(Access);
        return new() { Level = reader.Get(Level) };
    }
}
