namespace Appliance.Limiter.Llm;

/// <summary>What the next bytes of an event stream are.</summary>
internal enum SseToken : byte
{
    /// <summary>The piece is used up.</summary>
    None,

    /// <summary>A part of the event's data.</summary>
    Data,

    /// <summary>A further data line begins: the data holds a line feed here.</summary>
    DataLine,

    /// <summary>No event is under way here: behind an empty line, a comment, or fields without data.</summary>
    Idle,

    /// <summary>An event with data is complete.</summary>
    EndOfEvent,
}
