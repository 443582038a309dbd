using System.Numerics;

namespace Appliance.Limiter.Agents;

/// <summary>
/// Makes the tables of <see cref="AgentClassifier"/>: a trie of the names, then level by level each state's missing edges from the state of its longest
/// proper suffix. Letters that occur in no name share class 0, so that rows stay short.
/// </summary>
internal sealed class AutomatonBuilder
{
    private const ushort Root = 0;
    private readonly int _states;

    /// <exception cref="ArgumentException">More names than 65,535 states can hold.</exception>
    public AutomatonBuilder(IReadOnlyList<BotPattern> patterns)
    {
        int room = 1 + patterns.Sum(pattern => pattern.Text.Length);
        if (room > ushort.MaxValue) throw new ArgumentException("too many names", nameof(patterns));
        int classes = AssignClasses(patterns);
        ClassBits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)classes));
        Next = new ushort[room << ClassBits];
        Lengths = new byte[room];
        Categories = new BotCategory[room];
        _states = 1;
        foreach (BotPattern pattern in patterns) _states = Insert(pattern, _states);
        Resolve();
        Next = Next[..(_states << ClassBits)];
        Lengths = Lengths[.._states];
        Categories = Categories[.._states];
    }

    /// <summary>The class of each byte; capitals have that of their small letter.</summary>
    public byte[] Classes { get; } = new byte[256];

    /// <summary>The length of a row of <see cref="Next"/>, as a power of two.</summary>
    public int ClassBits { get; }

    /// <summary>Row by state, column by class.</summary>
    public ushort[] Next { get; }

    /// <summary>By state: how long the longest name is that ends there, 0 for none.</summary>
    public byte[] Lengths { get; }

    /// <summary>By state: the category of that name.</summary>
    public BotCategory[] Categories { get; }

    private int AssignClasses(IReadOnlyList<BotPattern> patterns)
    {
        int count = 1;
        foreach (BotPattern pattern in patterns)
            foreach (byte letter in pattern.Text)
                if (Classes[letter] == 0) Classes[letter] = (byte)count++;
        for (int letter = 'a'; letter <= 'z'; letter++) Classes[letter - 'a' + 'A'] = Classes[letter];
        return count;
    }

    private int Insert(BotPattern pattern, int states)
    {
        int state = Root;
        foreach (byte letter in pattern.Text)
        {
            ref ushort edge = ref Next[(state << ClassBits) | Classes[letter]];
            if (edge == Root) edge = (ushort)states++;
            state = edge;
        }

        Lengths[state] = (byte)pattern.Text.Length;
        Categories[state] = pattern.Category;
        return states;
    }

    /// <summary>Breadth first, so that a state's suffix is complete before the state needs it. Edges of the trie lead to later states than the root.</summary>
    private void Resolve()
    {
        int width = 1 << ClassBits;
        var suffixOf = new ushort[_states];
        var queue = new Queue<ushort>();
        for (int column = 0; column < width; column++)
            if (Next[column] != Root) queue.Enqueue(Next[column]);
        while (queue.TryDequeue(out ushort state))
        {
            ushort suffix = suffixOf[state];
            // A name that ends here is longer than any of its suffixes.
            if (Lengths[state] == 0) (Lengths[state], Categories[state]) = (Lengths[suffix], Categories[suffix]);
            for (int column = 0; column < width; column++)
            {
                ref ushort edge = ref Next[(state << ClassBits) | column];
                ushort around = Next[(suffix << ClassBits) | column];
                if (edge == Root)
                {
                    edge = around;
                    continue;
                }

                suffixOf[edge] = around;
                queue.Enqueue(edge);
            }
        }
    }
}
