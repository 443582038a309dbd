namespace Appliance.Limiter.Agents;

/// <summary>
/// Which category a User-Agent belongs to: that of the longest name in it, letters of any case (policies.md part B 1.5); the first of two equally long
/// ones. All names are sought at once by an automaton (Aho and Corasick, 1975) with its failure links resolved into one table: one load per byte of the header,
/// whatever it holds. Immutable, for any thread; allocates nothing.
/// </summary>
internal sealed class AgentClassifier
{
    /// <summary>What stands further back in a header is not looked at.</summary>
    public const int MaxHeaderBytes = 1024;

    private static readonly Lazy<AgentClassifier> LazyShipped = new(() => new AgentClassifier(BotPatternReader.ReadShipped()));

    private readonly byte[] _classes;
    private readonly ushort[] _next;
    private readonly int _classBits;
    private readonly byte[] _lengths;
    private readonly BotCategory[] _categories;

    public AgentClassifier(IReadOnlyList<BotPattern> patterns)
    {
        var builder = new AutomatonBuilder(patterns);
        _classes = builder.Classes;
        _classBits = builder.ClassBits;
        _next = builder.Next;
        _lengths = builder.Lengths;
        _categories = builder.Categories;
    }

    /// <summary>For the names that come with the appliance; made when first asked for.</summary>
    public static AgentClassifier Shipped => LazyShipped.Value;

    /// <summary>What the tables take.</summary>
    public int Bytes => _classes.Length + _next.Length * sizeof(ushort) + _lengths.Length + _categories.Length;

    /// <param name="userAgent">The header's value; a request without one has no `ua:` descriptors, which is the caller's to see.</param>
    public BotCategory Classify(ReadOnlySpan<byte> userAgent)
    {
        if (userAgent.Length > MaxHeaderBytes) userAgent = userAgent[..MaxHeaderBytes];
        ushort[] next = _next;
        byte[] classes = _classes;
        byte[] lengths = _lengths;
        int state = 0, longest = 0, found = 0;
        foreach (byte letter in userAgent)
        {
            state = next[(state << _classBits) | classes[letter]];
            if (lengths[state] <= longest) continue;
            longest = lengths[state];
            found = state;
        }

        return longest == 0 ? BotCategory.None : _categories[found];
    }
}
