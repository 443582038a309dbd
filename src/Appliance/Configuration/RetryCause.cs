namespace Appliance.Configuration;

/// <summary>One entry of `retry.on`: exactly one of the three.</summary>
/// <param name="Error">The connection failed or was lost.</param>
/// <param name="Timeout">It took too long.</param>
/// <param name="Status">The server answered with it; 0: not a status.</param>
internal readonly record struct RetryCause(bool Error, bool Timeout, int Status);
