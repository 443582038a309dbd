namespace Appliance.Limiter.Llm;

/// <summary>
/// What may go to the client after a piece of a stream, in this order: <see cref="Held"/>, the first <see cref="Forward"/> bytes of the
/// piece, <see cref="Termination"/>. The spans are valid until the guard is called again.
/// </summary>
public readonly ref struct LlmStreamStep
{
    internal LlmStreamStep(ReadOnlySpan<byte> held, int forward, ReadOnlySpan<byte> termination, bool isCut)
    {
        Held = held;
        Forward = forward;
        Termination = termination;
        IsCut = isCut;
    }

    /// <summary>Bytes of earlier pieces that were held back until their event was complete.</summary>
    public ReadOnlySpan<byte> Held { get; }

    /// <summary>Bytes of this piece that go on. The rest was taken: held back, or dropped when the stream is cut.</summary>
    public int Forward { get; }

    /// <summary>Once, when the stream is cut: its last events.</summary>
    public ReadOnlySpan<byte> Termination { get; }

    /// <summary>Whether the stream is over for the client: nothing may follow, and what the upstream still sends is to be dropped.</summary>
    public bool IsCut { get; }
}
