namespace Appliance.Policies;

/// <summary>A bundle in the archive.</summary>
/// <param name="File">Where; its content never changes.</param>
/// <param name="Number">Rises with every bundle that is kept.</param>
/// <param name="KeptAt">When it was put in force for the first time.</param>
/// <param name="IsSetAside">It was rolled back from: neither a start nor a rollback takes it.</param>
/// <param name="Version">bundle_version as the file writes it; empty when the file cannot be read.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits; empty when the file cannot be read.</param>
internal sealed record KeptBundle(string File, long Number, DateTimeOffset KeptAt, bool IsSetAside, string Version, string Sha256);
