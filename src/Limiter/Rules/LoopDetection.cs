namespace Appliance.Limiter.Rules;

/// <summary>`loop_detection` of a policy, when it is enabled (part B sections 1.9 and 2.7).</summary>
/// <param name="WindowSeconds">At least 1; begun by the first of the identical requests.</param>
/// <param name="Threshold">At least 2: this many identical requests in a window are a loop.</param>
/// <param name="Action">What is done about it.</param>
internal sealed record LoopDetection(int WindowSeconds, int Threshold, LoopAction Action);
