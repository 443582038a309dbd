using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>One of `staged_actions`, as read.</summary>
/// <param name="Percent">Of the budget, 0 .. 100.</param>
/// <param name="Action">warn, throttle or reject.</param>
/// <param name="DelayMs">Of a throttle.</param>
/// <param name="Node">Its place.</param>
internal sealed record StageFields(decimal Percent, string Action, int DelayMs, BundleNode Node)
{
    private const int MaxStages = 64;
    private const int MaxDelayMs = 30_000;
    private const decimal RejectAt = 100;

    /// <summary>All stages, ascending; mistakes leave <paramref name="config"/> unsound.</summary>
    public static StageFields[] Read(FieldReader config)
    {
        if (config.Table.Member("staged_actions") is not { IsArray: true } node || node.Items.Count is 0 or > MaxStages)
        {
            config.Refuse("staged_actions", $"staged_actions must be a non-empty table of at most {MaxStages} stages");
            return [];
        }

        var stages = new List<StageFields>(node.Items.Count);
        for (int i = 0; i < node.Items.Count; i++)
        {
            if (ReadStage(config, node.Items[i], $"staged_actions[{i}]") is { } stage) stages.Add(stage);
        }

        StageFields[] ordered = [.. stages.OrderBy(s => s.Percent)];
        for (int i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Percent == ordered[i - 1].Percent) config.RefuseAt(ordered[i].Node, "staged_actions: thresholds must be strictly ascending");
        }

        // Whether the one that is missing is among the broken ones cannot be told.
        bool hasReject = ordered.Any(s => s.Action == "reject" && s.Percent == RejectAt);
        if (config.IsSound && !hasReject) config.RefuseAt(node, "staged_actions must include reject at 100%");
        return ordered;
    }

    /// <summary>Those that change an answer.</summary>
    public static BudgetStage[] Compile(IEnumerable<StageFields> stages, PeriodBudget budget) =>
    [
        .. stages.Where(s => s.Action != "reject").Select(s => new BudgetStage(
            (ulong)Math.Ceiling(s.Percent * budget.Quanta / RejectAt), s.Action == "throttle", s.DelayMs)),
    ];

    private static StageFields? ReadStage(FieldReader config, BundleNode node, string name)
    {
        if (!node.IsObject)
        {
            config.RefuseAt(node, $"{name} must be a table");
            return null;
        }

        config.Findings.LintUnknown(node, "threshold_percent", "action", "delay_ms");
        bool sound = BundleNumber.TryRead(node.Member("threshold_percent") ?? node, out decimal percent, out string remark) && percent is >= 0 and <= RejectAt;
        if (!sound) config.RefuseAt(node.Member("threshold_percent") ?? node, $"{name}.threshold_percent must be a number between 0 and 100{remark}");
        BundleNode? action = node.Member("action");
        if (action is not { IsString: true, Text: "warn" or "throttle" or "reject" })
        {
            config.RefuseAt(action ?? node, $"{name}.action must be one of: warn, throttle, reject");
            return null;
        }

        int delayMs = action.Text == "throttle" ? Delay(config, node, name) : 0;
        if (sound && action.Text == "reject" && percent < RejectAt)
            config.Findings.Lint(node, "a reject below 100% has no effect: requests are rejected when the budget is exceeded");
        return sound ? new StageFields(percent, action.Text, delayMs, node) : null;
    }

    private static int Delay(FieldReader config, BundleNode stage, string name)
    {
        BundleNode? node = stage.Member("delay_ms");
        string remark = "";
        if (node is null || !BundleNumber.TryRead(node, out decimal delay, out remark) || delay <= 0)
        {
            config.RefuseAt(node ?? stage, $"{name}.delay_ms must be a positive number for throttle{remark}");
            return 1;
        }

        if (delay > MaxDelayMs) config.Findings.Lint(node, $"delays end at {MaxDelayMs} ms");
        return (int)Math.Ceiling(Math.Min(delay, MaxDelayMs));
    }
}
