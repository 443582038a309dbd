namespace Appliance.Limiter.Llm;

/// <summary>What passing the limit of a stream leads to.</summary>
public enum LlmStreamMode : byte
{
    /// <summary>Nothing: tokens are counted for the settlement (enforce_mid_stream: false).</summary>
    Count,

    /// <summary>It is noted that the stream would have been cut; every byte passes.</summary>
    Shadow,

    /// <summary>The stream is cut.</summary>
    Enforce,
}
