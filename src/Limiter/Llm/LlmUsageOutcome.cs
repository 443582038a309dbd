namespace Appliance.Limiter.Llm;

/// <summary>What became of looking for the usage in a response (policies.md part B 2.6). Without usage nothing is given back.</summary>
public enum LlmUsageOutcome : byte
{
    /// <summary>The response reports its usage.</summary>
    Found,

    /// <summary>JSON without usage.</summary>
    NotFound,

    /// <summary>Not one JSON document: cut short, compressed, or something else.</summary>
    NotJson,
}
