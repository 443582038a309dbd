namespace Appliance.Limiter.Agents;

/// <summary>A name that bots present themselves with.</summary>
/// <param name="Text">ASCII, in lower case.</param>
/// <param name="Category">Never None.</param>
internal readonly record struct BotPattern(byte[] Text, BotCategory Category);
