namespace Fuzz;

/// <summary>Every target there is.</summary>
internal static class Targets
{
    internal static IReadOnlyList<ITarget> All { get; } =
    [
        new ProxyProtocolTarget(),
        new ClientHelloTarget(),
        new RequestHeadTarget(),
        new ResponseHeadTarget(),
        new ChunkedTarget(),
        new RequestTargetTarget(),
        new ForwardedTarget(),
        new TokenTarget(),
        new KeyFileTarget(),
        new LlmRequestTarget(),
        new LlmResponseTarget(),
        new BundleTarget(),
        new AdvertTarget(ip6: false),
        new AdvertTarget(ip6: true),
        new HeartbeatTarget(),
        new RouteMessageTarget(),
        new NdFrameTarget(),
    ];

    /// <summary>One by its name, or `all`.</summary>
    internal static IReadOnlyList<ITarget> Named(string name) => [.. All.Where(target => name == "all" || target.Name == name)];
}
