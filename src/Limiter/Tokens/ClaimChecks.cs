using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>What `policies.jwt` asks of the registered claims.</summary>
internal sealed class ClaimChecks(JwtSettings settings)
{
    private readonly byte[] _issuer = Encoding.UTF8.GetBytes(settings.Issuer ?? "");
    private readonly byte[] _audience = Encoding.UTF8.GetBytes(settings.Audience ?? "");
    private readonly long _leewayMs = (long)Math.Max(0, settings.Leeway.TotalMilliseconds);

    /// <summary>Whether the token may be used now, and how long that answer holds.</summary>
    public bool Accepts(scoped ref readonly RegisteredClaims claims, long nowMs, out long holdsUntilMs)
    {
        holdsUntilMs = long.MaxValue;
        if (_issuer.Length > 0 && !claims.Issuer.Is(_issuer)) return false;
        if (_audience.Length > 0 && !claims.IsFor(_audience)) return false;
        if (nowMs >= claims.ExpiresMs + _leewayMs) return false;
        if (nowMs < claims.NotBeforeMs - _leewayMs)
        {
            holdsUntilMs = claims.NotBeforeMs - _leewayMs;
            return false;
        }

        holdsUntilMs = claims.ExpiresMs + _leewayMs;
        return true;
    }
}
