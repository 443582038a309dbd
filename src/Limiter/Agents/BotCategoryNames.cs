namespace Appliance.Limiter.Agents;

/// <summary>The values of `ua:bot` and `ua:bot_category`.</summary>
internal static class BotCategoryNames
{
    private static readonly string[] Names =
        ["", "search_engine", "ai_crawler", "ai_assistant_user", "social_preview", "monitoring_uptime", "seo_research", "archiver", "other_bot"];

    private static readonly byte[][] Utf8Names = [.. Names.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>The value of `ua:bot_category`; empty for None, which counts as missing.</summary>
    public static ReadOnlySpan<byte> CategoryOf(BotCategory category) => Utf8Names[(int)category];

    /// <summary>The value of `ua:bot` for a request with a User-Agent.</summary>
    public static ReadOnlySpan<byte> IsBot(BotCategory category) => category == BotCategory.None ? "false"u8 : "true"u8;

    /// <summary>None for a name that is no category's.</summary>
    public static BotCategory Parse(string name)
    {
        int index = Array.IndexOf(Names, name);
        return index > 0 ? (BotCategory)index : BotCategory.None;
    }
}
