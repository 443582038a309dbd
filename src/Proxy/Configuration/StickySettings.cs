namespace Appliance.Proxy.Configuration;

/// <summary>Sticky sessions by a cookie, signed with <see cref="ProxySettings.ClusterKeys"/>, so that both nodes honour it. Immutable.</summary>
/// <param name="Cookie">Its name, a token.</param>
/// <param name="MaxAge">How long the browser keeps it; zero: until it closes.</param>
public sealed record StickySettings(string Cookie, TimeSpan MaxAge = default);
