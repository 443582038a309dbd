using System.Collections.Immutable;
using System.Globalization;
using Appliance.Limiter;
using Appliance.Limiter.Descriptors;

namespace Appliance.Fixtures;

/// <summary>
/// Reads fixture files: an object with `bundle` and `steps`, or a bare array of steps for a bundle that the command names. Every mistake is
/// noted, not only the first; unknown names are mistakes.
/// </summary>
internal static class FixtureReader
{
    public const int MaxBytes = 16 * 1024 * 1024;
    public const int MaxSteps = 10_000;

    /// <summary>All repetitions of all steps together.</summary>
    public const int MaxRequests = 100_000;

    private static readonly ImmutableArray<string> Known =
        ["bundle", "description", "start", "jwt", "ip_lists", "instance_share", "on_table_full", "compatibility", "request", "steps"];

    /// <summary>Reads; null with the mistakes noted in the source.</summary>
    /// <param name="source">The file.</param>
    /// <param name="bundleFile">Instead of the fixture's `bundle`; null: the fixture names it.</param>
    /// <param name="today">What time it is, for a fixture that does not say when it starts.</param>
    public static Fixture? Read(FixtureSource source, string? bundleFile, DateTimeOffset today)
    {
        if (FixtureParser.Parse(source) is not { } root) return null;
        if (!root.IsObject && !root.IsArray)
        {
            source.Refuse(root, "a fixture is an object with bundle and steps, or an array of steps");
            return null;
        }

        string directory = Path.GetDirectoryName(Path.GetFullPath(source.File))!;
        var fields = new FixtureFields(source, root);
        fields.RefuseUnknown(Known);
        _ = fields.Text("description");
        string? named = fields.Text("bundle");
        bundleFile ??= named is null ? null : Path.GetFullPath(named, directory);
        if (bundleFile is null && !fields.Has("bundle"))
            source.Refuse(root, "names no bundle: write \"bundle\": \"FILE\", relative to this file, or use `policy test BUNDLE --requests FIXTURE`");
        DescriptorSources sources = FixtureSources.Read(fields, directory);
        var template = new RequestTemplate(fields.Object("request"), fields, sources.Jwt.Keys.Count > 0);
        ImmutableArray<FixtureStep> steps = Steps(fields, root, template);
        DateTimeOffset start = Start(fields, today);
        string? onTableFull = fields.Text("on_table_full");
        if (onTableFull is not (null or "open" or "closed")) fields.Refuse("on_table_full", "must be open or closed");
        BundleOptions options = new() { InstanceShare = Share(fields), IsClosedWhenTableFull = onTableFull == "closed" };
        PolicyCompatibility compatibility = Compatibility(fields);
        if (source.HasMistakes) return null;
        return new Fixture
        {
            Source = source,
            BundleFile = bundleFile!,
            Start = start,
            Settings = new EngineSettings { Sources = sources, Compatibility = compatibility },
            Options = options,
            Steps = steps,
        };
    }

    private static ImmutableArray<FixtureStep> Steps(FixtureFields fields, FixtureNode root, RequestTemplate template)
    {
        IReadOnlyList<FixtureNode> nodes = root.IsArray ? root.Items : fields.Array("steps");
        if (root.IsObject && !fields.Has("steps")) fields.Source.Refuse(root, "steps is required");
        if (nodes.Count > MaxSteps)
        {
            fields.Source.Refuse(nodes[MaxSteps], $"at most {MaxSteps} steps; use repeat");
            return [];
        }

        var steps = ImmutableArray.CreateBuilder<FixtureStep>(nodes.Count);
        var reader = new StepReader(fields.Source, template);
        long requests = 0;
        HashSet<string> held = [.. nodes.Where(node => node.IsObject).Select(node => node.Member("hold")?.Text ?? "")];
        foreach (FixtureNode node in nodes)
        {
            if (reader.Read(node) is not { } step) continue;
            if (step.Release is { } name && !held.Contains(name)) fields.Source.Refuse(node.Member("release")!, "no step holds requests under this name");
            requests += step.Repeat;
            steps.Add(step);
            if (requests <= MaxRequests) continue;
            fields.Source.Refuse(node, $"with this step there are more than {MaxRequests} requests");
            break;
        }

        return steps.ToImmutable();
    }

    /// <summary>A day's first moment: windows of up to a day begin at offset 0.</summary>
    private static DateTimeOffset Start(FixtureFields fields, DateTimeOffset today)
    {
        string? text = fields.Text("start");
        if (text is null) return new DateTimeOffset(today.UtcDateTime.Date, TimeSpan.Zero);
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset start)
            && start.ToUnixTimeSeconds() >= 0)
            return start;
        fields.Refuse("start", "must be YYYY-MM-DDTHH:MM:SSZ, not before 1970");
        return today;
    }

    private static int Share(FixtureFields fields)
    {
        string? text = fields.Text("instance_share");
        int instances = 1;
        if (text is not null && !InstanceShare.TryRead(text, out instances))
            fields.Refuse("instance_share", $"must be \"1/N\" with an N of 1 to {InstanceShare.MaxInstances}");
        return instances;
    }

    private static PolicyCompatibility Compatibility(FixtureFields fields)
    {
        string? text = fields.Text("compatibility");
        if (text is not (null or "none" or "fairvisor")) fields.Refuse("compatibility", "must be none or fairvisor");
        return text == "fairvisor" ? PolicyCompatibility.Fairvisor : PolicyCompatibility.None;
    }
}
