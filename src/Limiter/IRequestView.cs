namespace Appliance.Limiter;

/// <summary>
/// What a decision may look at. Implemented by the proxy (over its read buffer), by the decision API (over X-Original-*) and by tests;
/// always a struct, so that the engine is compiled once per implementation and a lookup costs no virtual call. The spans live as long
/// as the view.
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

    /// <summary>The query as it came, without the '?'; empty when there is none. Cost sources `query:NAME` read it.</summary>
    ReadOnlySpan<byte> Query { get; }

    /// <summary>Host name in lower case without port and trailing dot; empty when there is none.</summary>
    ReadOnlySpan<byte> Host { get; }

    /// <summary>The nearest untrusted client (policies.md A7).</summary>
    ClientAddress Client { get; }

    /// <summary>The first value of a header, without surrounding blanks.</summary>
    /// <param name="name">In lower case; '-' and '_' are the same (policies.md part B section 1.5).</param>
    /// <param name="value">The value; empty when false is returned.</param>
    bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);
}
