namespace Appliance.Limiter.Llm;

/// <summary>What of a stream is open when it is cut, so that the last events close it properly. A value: the state before an event that is not forwarded is kept by copying it.</summary>
internal struct StreamFacts
{
    /// <summary>Choices or candidates told apart; the ones beyond are cut off without a word of their own.</summary>
    public const int MaxChoices = 64;

    /// <summary>A bit for each choice that has begun.</summary>
    public ulong ChoicesBegun;

    /// <summary>A bit for each choice that has its finish_reason.</summary>
    public ulong ChoicesFinished;

    /// <summary>The open content block of an Anthropic message; -1 when none is.</summary>
    public long OpenBlock;

    /// <summary>The last sequence_number of the Responses interface; -1 before the first.</summary>
    public long Sequence;

    /// <summary>Whether choices bring `text` (completions) and not `delta` (chat).</summary>
    public bool IsTextCompletion;

    public static StreamFacts None => new() { OpenBlock = -1, Sequence = -1 };
}
