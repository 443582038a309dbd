namespace Appliance.Limiter.Agents;

/// <summary>What a bot is for, as `ua:bot_category` names it (policies.md part B 1.5).</summary>
internal enum BotCategory : byte
{
    /// <summary>No bot that we know: `ua:bot` is `false`, and there is no category.</summary>
    None,
    SearchEngine,
    AiCrawler,
    AiAssistantUser,
    SocialPreview,
    MonitoringUptime,
    SeoResearch,
    Archiver,
    OtherBot,
}
