using System.Buffers.Text;
using System.Text.Json;
using Appliance.Failover;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>
/// `GET /v1/events?after=N`: events of the pair after the one with number N, a JSON object a line. With none, the answer waits for the next and
/// is empty after ten seconds (at once with `wait=0` behind it); a reader asks again with the last number it has seen, so nothing is lost between two questions.
/// </summary>
internal static class EventsDocument
{
    /// <summary>How long an answer waits. A reader that went away holds its place no longer than this.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(10);

    /// <param name="exchange">The question.</param>
    /// <param name="events">Null: a single node, whose answer is empty at once, since nothing will come.</param>
    public static async ValueTask AnswerAsync(LocalExchange exchange, EventRing? events)
    {
        if (events is null || !TryAfter(exchange.Query, out long after, out bool wait))
        {
            exchange.Status = events is null ? 409 : 422;
            exchange.Output.WriteText(events is null
                ? "this is a single node: there is no ha section in its config, so no events of a pair\n"u8
                : "after= takes the number of an event\n"u8);
            return;
        }

        if (await events.ReadAsync(after, wait ? WaitLimit : TimeSpan.Zero).ConfigureAwait(false) is not { } found)
        {
            exchange.Status = 503;
            exchange.Output.WriteText("too many readers wait for events already\n"u8);
            return;
        }

        exchange.ContentType = "application/x-ndjson";
        foreach (HaEvent happened in found) Write(exchange, happened);
    }

    private static void Write(LocalExchange exchange, HaEvent happened)
    {
        using (var json = new Utf8JsonWriter(exchange.Output))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence"u8, happened.Sequence);
            json.WriteString("at"u8, StatusDocument.Time(happened.At));
            json.WriteString("event"u8, happened.Kind);
            if (happened.VirtualRouterId > 0) json.WriteNumber("virtual_router_id"u8, happened.VirtualRouterId);
            if (happened.From.Length > 0) json.WriteString("from"u8, happened.From);
            if (happened.To.Length > 0) json.WriteString("to"u8, happened.To);
            if (happened.Subject.Length > 0) json.WriteString(happened.Kind == "ha.role" ? "reason"u8 : "name"u8, happened.Subject);
            json.WriteString("text"u8, happened.Text);
            json.WriteEndObject();
        }

        exchange.Output.WriteText("\n"u8);
    }

    /// <summary>Absent: from the first that is kept.</summary>
    private static bool TryAfter(ReadOnlySpan<byte> query, out long after, out bool wait)
    {
        after = 0;
        ReadOnlySpan<byte> name = "after="u8;
        ReadOnlySpan<byte> atOnce = "&wait=0"u8;
        wait = !query.EndsWith(atOnce);
        if (query.IsEmpty) return true;
        if (!wait) query = query[..^atOnce.Length];
        return query.StartsWith(name) && Utf8Parser.TryParse(query[name.Length..], out after, out int read) && read == query.Length - name.Length && after >= 0;
    }
}
