using System.Text;
using Appliance.Limiter.Tokens;

namespace Limiter.Tests.Support;

/// <summary>A lane's reader that answers in strings.</summary>
internal sealed class TokenLane(JwtSettings settings, params string[] claims) : IDisposable
{
    private readonly ClaimNames _names = new(claims);
    private readonly TokenReader _reader = new(settings, new ClaimNames(claims), new TokenHash(), new VerificationBudget(), cacheEntries: 64);

    public static TokenLane Of(JwtKeySet keys, params string[] claims) => new(new JwtSettings { Keys = keys }, claims);

    public static TokenLane Unverified(params string[] claims) => Of(JwtKeySet.Empty, claims);

    public string Claim(string token, string claim, long nowMs = TokenIssuer.NowMs) => ClaimOf("Bearer " + token, claim, nowMs);

    public string ClaimOf(string authorization, string claim, long nowMs = TokenIssuer.NowMs) => ClaimOf(Encoding.UTF8.GetBytes(authorization), claim, nowMs);

    public string ClaimOf(byte[] authorization, string claim, long nowMs = TokenIssuer.NowMs) =>
        Encoding.UTF8.GetString(_reader.Read(authorization, default, nowMs).ValueOf(_names.IndexOf(Encoding.UTF8.GetBytes(claim))));

    public TokenStatus Status(string token, long nowMs = TokenIssuer.NowMs) => _reader.Read(Encoding.UTF8.GetBytes("Bearer " + token), default, nowMs).Status;

    public void Dispose() => _reader.Dispose();
}
