namespace Appliance.Limiter.Tokens;

/// <summary>A key file as the configuration names it, already read: the limiter itself opens no files.</summary>
/// <param name="File">Its name, for errors.</param>
/// <param name="Content">
/// What it holds: PEM (public key or certificate) for RS*, PS256 and ES*; for HS* the secret as it stands, one line break at the end left out,
/// or `base64:` and the secret in base64 or base64url. For a JWK set the JSON.
/// </param>
/// <param name="Algorithm">The `algorithm` of the entry; not looked at for a JWK set.</param>
/// <param name="KeyId">The `kid` of the entry, null when it has none; not looked at for a JWK set.</param>
public sealed record JwtKeySource(string File, ReadOnlyMemory<byte> Content, string? Algorithm = null, string? KeyId = null);
