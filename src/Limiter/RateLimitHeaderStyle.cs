namespace Appliance.Limiter;

/// <summary>Whose names <see cref="RateLimitHeaders"/> writes (policies.md A9).</summary>
/// <param name="IsFairvisor">X-Fairvisor-* instead of X-Appliance-*; shows names too.</param>
/// <param name="ShowsNames">The policy's id instead of "default": within a debug session.</param>
public readonly record struct RateLimitHeaderStyle(bool IsFairvisor, bool ShowsNames);
