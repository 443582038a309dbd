using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Limiter;

namespace Appliance.Fixtures;

/// <summary>Reads `expect`: what of an answer is compared, and with what. null means that the answer does not have it.</summary>
internal sealed class ExpectationReader
{
    private static readonly ImmutableArray<string> Known =
    [
        "action", "reason", "status", "policy", "rule", "delay", "retry_after", "limit", "remaining", "reset", "headers", "warning", "shadow",
        "allowed", "rejected",
    ];

    private static readonly ImmutableArray<string> Reasons = [.. Enum.GetValues<DecisionReason>().Select(DecisionReasons.Name)];

    private static readonly ImmutableArray<string> Warnings =
        [.. Enum.GetValues<DecisionWarning>().Where(w => w != DecisionWarning.None).Select(w => Encoding.ASCII.GetString(DecisionWarnings.Utf8Name(w)))];

    private readonly ImmutableArray<ExpectedField>.Builder _fields = ImmutableArray.CreateBuilder<ExpectedField>();
    private readonly FixtureFields _expect;

    /// <param name="expect">Null: nothing is expected.</param>
    public ExpectationReader(FixtureFields? expect)
    {
        _expect = expect!;
        if (expect is null) return;
        expect.RefuseUnknown(Known);
        Word("action", ["allow", "throttle", "reject"], played => played.Action);
        Word("reason", Reasons, played => played.Reason);
        Number("status", played => Text(played.Status));
        Word("policy", [], played => played.Decision.PolicyId);
        Word("rule", [], played => played.Decision.RuleName);
        Delay();
        Number("retry_after", played => played.Decision.Allowed ? null : Text(played.Decision.RetryAfterSeconds));
        Number("limit", played => played.Decision.HasLimit ? Text(played.Decision.Limit) : null);
        Number("remaining", played => played.Decision.HasLimit ? Text(played.Decision.Remaining) : null);
        Number("reset", played => played.Decision.ResetSeconds > 0 ? Text(played.Decision.ResetSeconds) : null);
        Word("warning", Warnings, played => played.Warning);
        Headers();
        Shadow();
        Allowed = Count("allowed");
        Rejected = Count("rejected");
    }

    public ImmutableArray<ExpectedField> Fields => _fields.ToImmutable();

    public ExpectedCount? Allowed { get; }

    public ExpectedCount? Rejected { get; }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="name">The member.</param>
    /// <param name="words">What it may be; empty: anything.</param>
    /// <param name="got">What an answer says.</param>
    private void Word(string name, ImmutableArray<string> words, Func<PlayedRequest, string?> got) => Word(_expect, name, name, words, got);

    private void Word(FixtureFields fields, string name, string shown, ImmutableArray<string> words, Func<PlayedRequest, string?> got)
    {
        if (fields.Table.Member(name) is not { } node) return;
        if (!node.IsNull && !node.IsString) fields.Source.Refuse(node, "must be a string, or null for none");
        else if (node.IsString && !words.IsEmpty && !words.Contains(node.Text)) fields.Source.Refuse(node, $"must be one of: {string.Join(", ", words)}");
        else _fields.Add(new ExpectedField(node, shown, node.IsNull ? null : node.Text, null, got));
    }

    private void Number(string name, Func<PlayedRequest, string?> got)
    {
        if (_expect.Table.Member(name) is not { } node) return;
        if (node.IsNull) _fields.Add(new ExpectedField(node, name, null, null, got));
        else if (Range(node) is { } range) _fields.Add(new ExpectedField(node, name, range.ToString(), range, got));
    }

    private void Delay()
    {
        if (_expect.Table.Member("delay") is not { } node) return;
        if (node.IsString && FixtureDuration.TryRead(node.Text, out long nanoseconds))
            _fields.Add(new ExpectedField(node, "delay", FixtureDuration.Text(nanoseconds), null, played => FixtureDuration.Text(played.Decision.DelayMs * 1_000_000L)));
        else _expect.Refuse("delay", $"must be {FixtureDuration.Example}");
    }

    private void Headers()
    {
        if (_expect.Object("headers") is not { } headers) return;
        foreach (string name in headers.Table.Members.Keys) Word(headers, name, $"headers.{name}", [], played => played.Header(name));
    }

    /// <summary>What a shadow policy would have done; null: none would have rejected.</summary>
    private void Shadow()
    {
        if (_expect.Table.Member("shadow") is { IsNull: true } none)
        {
            _fields.Add(new ExpectedField(none, "shadow", null, null, played => played.ShadowReason));
            return;
        }

        if (_expect.Object("shadow") is not { } shadow) return;
        shadow.RefuseUnknown("policy", "rule", "reason");
        Word(shadow, "policy", "shadow.policy", [], played => played.Decision.ShadowPolicyId);
        Word(shadow, "rule", "shadow.rule", [], played => played.Decision.ShadowRuleName);
        Word(shadow, "reason", "shadow.reason", Reasons, played => played.ShadowReason);
    }

    private ExpectedCount? Count(string name) =>
        _expect.Table.Member(name) is { } node && Range(node) is { } range ? new ExpectedCount(node, range) : null;

    private NumberRange? Range(FixtureNode node)
    {
        if ((node.IsString || node.Kind == JsonValueKind.Number) && NumberRange.TryRead(node.Text, out NumberRange range)) return range;
        _expect.Source.Refuse(node, "must be a whole number, or a range such as \"10..15\"");
        return null;
    }
}
