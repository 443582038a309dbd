namespace Appliance.Limiter;

/// <summary>One finding about a bundle.</summary>
/// <param name="Pointer">RFC 6901 JSON pointer of the offending value; empty for the document.</param>
/// <param name="Line">1-based line of that value.</param>
/// <param name="Column">1-based byte column of that value.</param>
/// <param name="Message">What is wrong, in one line.</param>
public sealed record BundleError(string Pointer, int Line, int Column, string Message);
