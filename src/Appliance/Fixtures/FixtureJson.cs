using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Appliance.Fixtures;

/// <summary>The results of fixtures for programs.</summary>
internal static class FixtureJson
{
    /// <summary>One document for all fixtures.</summary>
    public static string Of(IReadOnlyList<FixtureResult> results)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, results.All(result => result.IsGood));
            json.WriteStartArray("fixtures"u8);
            foreach (FixtureResult result in results) Write(json, result);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, FixtureResult result)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, result.File);
        json.WriteBoolean("ok"u8, result.IsGood);
        json.WriteNumber("expectations"u8, result.Expectations);
        json.WriteStartArray("errors"u8);
        foreach (string mistake in result.Mistakes) json.WriteStringValue(mistake);
        json.WriteEndArray();
        json.WriteStartArray("failures"u8);
        foreach (FixtureFailure failure in result.Failures) Write(json, result.Source!, failure);
        json.WriteEndArray();
        json.WriteStartArray("decisions"u8);
        foreach (PlayedRequest played in result.Played) Write(json, result.Source!, played);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FixtureSource source, FixtureFailure failure)
    {
        (int line, int column) = source.Locate(failure.Node.Offset);
        json.WriteStartObject();
        json.WriteNumber("line"u8, line);
        json.WriteNumber("column"u8, column);
        json.WriteString("pointer"u8, failure.Node.Pointer);
        json.WriteNumber("at_ms"u8, failure.AtNs / 1_000_000m);
        json.WriteNumber("repetition"u8, failure.Repetition);
        json.WriteString("field"u8, failure.Name);
        json.WriteString("expected"u8, failure.Expected);
        json.WriteString("got"u8, failure.Got);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FixtureSource source, PlayedRequest played)
    {
        json.WriteStartObject();
        json.WriteNumber("line"u8, source.Locate(played.Step.Node.Offset).Line);
        json.WriteNumber("at_ms"u8, played.AtNs / 1_000_000m);
        json.WriteNumber("repetition"u8, played.Repetition);
        json.WriteString("action"u8, played.Action);
        json.WriteString("reason"u8, played.Reason);
        json.WriteNumber("status"u8, played.Status);
        json.WriteString("policy"u8, played.Decision.PolicyId);
        json.WriteString("rule"u8, played.Decision.RuleName);
        json.WriteNumber("delay_ms"u8, played.Decision.DelayMs);
        json.WriteNumber("retry_after"u8, played.Decision.RetryAfterSeconds);
        if (played.Decision.HasLimit)
        {
            json.WriteNumber("limit"u8, played.Decision.Limit);
            json.WriteNumber("remaining"u8, played.Decision.Remaining);
            json.WriteNumber("reset"u8, played.Decision.ResetSeconds);
        }

        json.WriteString("warning"u8, played.Warning);
        if (played.Decision.WouldReject)
        {
            json.WriteStartObject("shadow"u8);
            json.WriteString("policy"u8, played.Decision.ShadowPolicyId);
            json.WriteString("rule"u8, played.Decision.ShadowRuleName);
            json.WriteString("reason"u8, played.ShadowReason);
            json.WriteEndObject();
        }

        WriteHeaders(json, played.Headers);
        json.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter json, ImmutableArray<KeyValuePair<string, string>> headers)
    {
        json.WriteStartObject("headers"u8);
        foreach ((string name, string value) in headers) json.WriteString(name, value);
        json.WriteEndObject();
    }
}
