namespace Appliance.Limiter.Rules;

/// <summary>How a stream ends that has used up its completion tokens.</summary>
internal enum StreamLimitAction
{
    /// <summary>An empty delta with finish_reason "length", then [DONE].</summary>
    GracefulClose,

    /// <summary>An error event, then [DONE].</summary>
    ErrorChunk,
}
