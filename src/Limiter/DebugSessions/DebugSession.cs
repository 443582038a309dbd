namespace Appliance.Limiter.DebugSessions;

/// <summary>Whether a request belongs to a debug session: by the cookie, or by a header with the same value (policies.md A9).</summary>
public static class DebugSession
{
    /// <summary>True when the request carries a value that the key has minted and that has not expired. Allocates nothing.</summary>
    /// <param name="key">Null: there are no debug sessions.</param>
    /// <param name="request">Its headers.</param>
    /// <param name="unixMs">UTC.</param>
    /// <param name="compatibility">Fairvisor: the header may also have its name.</param>
    public static bool IsOpen<TRequest>(DebugSessionKey? key, scoped ref readonly TRequest request, long unixMs, PolicyCompatibility compatibility)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (key is null) return false;
        long now = unixMs / 1000;
        if (request.TryGetHeader("x-appliance-debug"u8, out ReadOnlySpan<byte> value) && key.Verify(value, now)) return true;
        if (compatibility == PolicyCompatibility.Fairvisor && request.TryGetHeader("x-fairvisor-debug"u8, out value) && key.Verify(value, now)) return true;
        return request.TryGetHeader("cookie"u8, out ReadOnlySpan<byte> cookies) && DebugCookie.TryFind(cookies, out value) && key.Verify(value, now);
    }
}
