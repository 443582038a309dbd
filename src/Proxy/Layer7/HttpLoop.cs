namespace Appliance.Proxy.Layer7;

/// <summary>What the HTTP connections of one loop share.</summary>
/// <param name="loops">How many loops there are.</param>
internal sealed class HttpLoop(int loops)
{
    private const int Kept = 256;
    private const uint TimedOneOf = 16;

    private readonly Stack<HttpExchange> _free = new();
    private uint _decisions;

    /// <summary>Ids of this loop's requests.</summary>
    internal RequestIds Ids { get; } = new();

    /// <summary>The value of Date.</summary>
    internal DateLine Date { get; } = new();

    /// <summary>This loop's share of the access log.</summary>
    internal AccessLog AccessLog { get; } = new(loops);

    /// <summary>While on, every answer closes its connection.</summary>
    internal bool Draining { get; set; }

    /// <summary>True for one decision in sixteen, the first among them: the one whose time is taken for the histogram.</summary>
    internal bool IsTimed() => _decisions++ % TimedOneOf == 0;

    /// <summary>Lends an exchange.</summary>
    internal HttpExchange Rent() => _free.TryPop(out HttpExchange? exchange) ? exchange : new HttpExchange();

    /// <summary>Takes it back.</summary>
    internal void Return(HttpExchange exchange)
    {
        if (_free.Count < Kept) _free.Push(exchange);
    }
}
