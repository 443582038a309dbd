namespace Appliance.Configuration;

/// <summary>An entry of `policies.jwt.keys`. Immutable.</summary>
/// <param name="File">An absolute path.</param>
/// <param name="Algorithm">HS256 to PS256; judged when the file is read.</param>
/// <param name="KeyId">`kid`; null: any.</param>
internal sealed record JwtKeyConfig(string File, string Algorithm, string? KeyId);
