namespace Appliance.Limiter;

/// <summary>
/// What a decision may look at. Implemented by the proxy (over its read buffer), by the decision API (over X-Original-*) and by tests;
/// always a struct, so that the engine is compiled once per implementation and a lookup costs no virtual call. The spans live as long
/// as the view. Everything is asked only when a rule, match or kill switch names it, so a view may find it out at that moment; it should
/// remember what was dear, for several rules may ask the same. Nothing here may allocate or throw.
/// </summary>
public interface IRequestView
{
    /// <summary>The method, case kept, as in the request line.</summary>
    ReadOnlySpan<byte> Method { get; }

    /// <summary>
    /// The path for matching: without the query, unreserved characters decoded, dot segments and doubled slashes resolved
    /// (policies.md A6). Begins with '/'.
    /// </summary>
    ReadOnlySpan<byte> Path { get; }

    /// <summary>The query as it came, without the '?'; empty when there is none.</summary>
    ReadOnlySpan<byte> Query { get; }

    /// <summary>Host name in lower case without port and trailing dot; empty when there is none.</summary>
    ReadOnlySpan<byte> Host { get; }

    /// <summary>The nearest untrusted client (policies.md A7).</summary>
    ClientAddress Client { get; }

    /// <summary>True when the request came from one of `trusted_proxies`: only then cost and estimate headers are believed (policies.md A7).</summary>
    bool IsTrusted { get; }

    /// <summary>The numbers of a language model request; all 0 when the body was not read.</summary>
    LlmRequestNumbers Llm { get; }

    /// <summary>The first value of a header, without surrounding blanks.</summary>
    /// <param name="name">In lower case; '-' and '_' are the same (policies.md part B section 1.5).</param>
    /// <param name="value">The value; empty when false is returned.</param>
    bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);

    /// <summary>
    /// A claim of the request's token, never missing (policies.md A4): "" without a token or without the claim, `__invalid__` for a token
    /// that is malformed, expired or wrongly signed.
    /// </summary>
    /// <param name="name">As written in the token.</param>
    ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name);

    /// <summary>A fact about the address or the program.</summary>
    /// <param name="fact">Which.</param>
    /// <param name="value">The value; empty when false is returned.</param>
    bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value);
}
