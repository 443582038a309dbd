using System.Buffers.Text;

namespace Appliance.Limiter.Rules;

/// <summary>What a request costs under one rule.</summary>
internal sealed class CostSource
{
    private readonly CostSourceKind _kind;
    private readonly byte[] _name;
    private readonly ICostScale _scale;
    private readonly ulong _defaultUnits;

    /// <param name="kind">Where the cost comes from.</param>
    /// <param name="name">Header (lower case, '-') or query parameter; empty when fixed.</param>
    /// <param name="scale">Turns tokens into the units of the rule's algorithm.</param>
    /// <param name="defaultCost">The fixed cost, or that of a request that brings none.</param>
    public CostSource(CostSourceKind kind, byte[] name, ICostScale scale, decimal defaultCost)
    {
        _kind = kind;
        _name = name;
        _scale = scale;
        DefaultCost = defaultCost;
        _defaultUnits = scale.UnitsOf(defaultCost);
    }

    /// <summary>The cost in units of the scale; what is absent, not a number, or not above 0 costs the default.</summary>
    public ulong UnitsFor<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (_kind == CostSourceKind.Fixed) return _defaultUnits;
        ReadOnlySpan<byte> text;
        if (_kind == CostSourceKind.Header)
        {
            // Anybody could name a price; a header's is believed from a trusted proxy only (policies.md A7).
            if (!request.IsTrusted || !request.TryGetHeader(_name, out text)) return _defaultUnits;
        }
        else if (!QueryParameter.TryGet(request.Query, _name, out text))
        {
            return _defaultUnits;
        }

        return UnitsOf(text);
    }

    /// <summary>Tokens: the fixed cost, or that of a request that brings none.</summary>
    public decimal DefaultCost { get; }

    /// <summary>Where a request's cost comes from.</summary>
    public CostSourceKind Kind => _kind;

    /// <summary>The header (lower case, '-') or query parameter; empty when fixed.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>The same source, counted in other units.</summary>
    public CostSource On(ICostScale scale) => new(_kind, _name, scale, DefaultCost);

    private ulong UnitsOf(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out decimal cost, out int used) && used == text.Length)
            return cost > 0 ? _scale.UnitsOf(cost) : _defaultUnits;

        // Beyond decimal's range: huge is still huge, and must not become cheap. The word Infinity is no number.
        bool huge = Utf8Parser.TryParse(text, out double rough, out used) && used == text.Length && rough > (double)TokenBucket.MaxTokens
            && char.IsAsciiDigit((char)text[^1]);
        return huge ? _scale.UnitsOf(decimal.MaxValue) : _defaultUnits;
    }
}
