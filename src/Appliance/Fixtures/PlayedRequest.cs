using System.Collections.Immutable;
using System.Text;
using Appliance.Limiter;

namespace Appliance.Fixtures;

/// <summary>One request of a fixture and what was decided about it. Immutable.</summary>
/// <param name="Step">Which step.</param>
/// <param name="Repetition">From 1.</param>
/// <param name="AtNs">Nanoseconds from the start.</param>
/// <param name="Decision">The engine's answer.</param>
/// <param name="Headers">What a client would see beside it, names as they are sent.</param>
internal sealed record PlayedRequest(
    FixtureStep Step, int Repetition, long AtNs, Decision Decision, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    public string Action => Decision.Action switch
    {
        DecisionAction.Allow => "allow",
        DecisionAction.Throttle => "throttle",
        _ => "reject",
    };

    public string Reason => DecisionReasons.Name(Decision.Reason);

    /// <summary>What the decision API answers.</summary>
    public int Status => Decision.Allowed ? 200 : Decision.Reason switch
    {
        DecisionReason.NoBundleLoaded => 503,
        DecisionReason.TokenInvalid => 401,
        _ => 429,
    };

    /// <summary>Null: none.</summary>
    public string? Warning => Decision.Warning == DecisionWarning.None ? null : Encoding.ASCII.GetString(DecisionWarnings.Utf8Name(Decision.Warning));

    public string? ShadowReason => Decision.WouldReject ? DecisionReasons.Name(Decision.ShadowReason) : null;

    /// <summary>Names in any case; null: it is not sent.</summary>
    public string? Header(string name)
    {
        foreach ((string sent, string value) in Headers)
        {
            if (string.Equals(sent, name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }

    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        Decision d = Decision;
        var text = new StringBuilder();
        FixtureRequest request = Step.Request!;
        text.Append($"{FixtureDuration.Text(AtNs),8}  {Encoding.UTF8.GetString(request.Method)} {request.Target} -> {Action} {Reason}");
        if (d.PolicyId is not null) text.Append($" {d.PolicyId}/{d.RuleName}");
        if (d.HasLimit) text.Append($", {d.Remaining} of {d.Limit} left");
        if (d.DelayMs > 0) text.Append($", delay {d.DelayMs}ms");
        if (!d.Allowed) text.Append($", retry after {d.RetryAfterSeconds} s");
        if (Warning is not null) text.Append($", warning {Warning}");
        if (d.WouldReject) text.Append($", shadow {d.ShadowPolicyId}/{d.ShadowRuleName} would reject: {ShadowReason}");
        return text.ToString();
    }
}
