using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>The keys of `ha.bypass`.</summary>
internal static class BypassSection
{
    private static readonly ValueKey<HaBypassAction> Action = new("action",
        new ChoiceKind<HaBypassAction>(
            [("standby", HaBypassAction.Standby), ("passthrough", HaBypassAction.Passthrough), ("command", HaBypassAction.Command)]), "standby",
        "standby: stay out. passthrough: without a fit peer the kernel redirects to the upstreams. command: stay out and run `command`.");
    private static readonly ValueKey<TimeSpan> Hold = new("hold", new DurationKind(0, 86_400_000), "0s",
        "After this long the node comes back by itself, up to 24h; 0s: it waits for `appliance ha reset`.");
    private static readonly ValueKey<string> Command = new("command", Kinds.FilePath, null,
        "action command: an executable, run with the argument `on` or `off`; it has 5s.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Action, Hold, Command], []);

    /// <summary>Reads the section.</summary>
    public static BypassConfig Read(SectionReader reader, string baseDirectory) =>
        new(reader.Get(Action), reader.Get(Hold), reader.GetFile(Command, baseDirectory));
}
