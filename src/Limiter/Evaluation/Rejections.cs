namespace Appliance.Limiter.Evaluation;

/// <summary>Makes the decision out of a refusal: numbers for the headers, and when the client may return.</summary>
internal static class Rejections
{
    /// <param name="refusal">Why.</param>
    /// <param name="readsClaims">The bundle reads tokens: the subject of one tells clients behind one address apart.</param>
    /// <param name="compatibility">Fairvisor: the reference's jitter for budgets.</param>
    /// <param name="request">Whose identity makes the jitter.</param>
    public static Decision Of<TRequest>(in Refusal refusal, bool readsClaims, PolicyCompatibility compatibility, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        bool asReference = compatibility == PolicyCompatibility.Fairvisor;
        bool known = refusal.Reading.IsKnown;
        bool endsWithWindow = refusal.Reason == DecisionReason.BudgetExceeded || (refusal.Reason == DecisionReason.TpdExceeded && !asReference);
        double ratio = RetryJitter.Ratio(
            refusal.PolicyId, refusal.RuleName, refusal.Reason, readsClaims ? SubjectOf(in request) : default, request.Client, request.Path);
        return new Decision
        {
            Reason = refusal.Reason,
            Compatibility = compatibility,
            PolicyId = refusal.PolicyId,
            RuleName = refusal.RuleName,
            HasLimit = known,
            Limit = known ? refusal.Reading.Limit : 0,
            Remaining = known ? refusal.Reading.RemainingWhenRejected : 0,
            ResetSeconds = refusal.RetrySeconds,
            RetryAfterSeconds = refusal.RetrySeconds == 0 ? 0 : RetryJitter.Apply(refusal.RetrySeconds, ratio, endsWithWindow, asReference),
            WindowSeconds = known ? refusal.Reading.WindowSeconds : 0,
        };
    }

    private static ReadOnlySpan<byte> SubjectOf<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        ReadOnlySpan<byte> subject = request.Claim("sub"u8);
        if (subject.IsEmpty) subject = request.Claim("user_id"u8);
        return subject.IsEmpty ? request.Claim("uid"u8) : subject;
    }
}
