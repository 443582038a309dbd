using System.Text;

namespace Limiter.Tests.Llm;

/// <summary>Streams as the providers send them, each with its answer in pieces of text.</summary>
internal static class Streams
{
    private static readonly string[] Words = ["Hel", "lo, ", "wörld", " \\\"quo\\\\ted\\\"", "\\n", " 中文 \\ud83d\\ude00", " and a longer piece of text", "."];

    /// <summary>Chat completions with stream_options.include_usage; the usage says 17 + 23.</summary>
    public static string OpenAi { get; } = Lines(
        [
            ": connected\n\n",
            Chat("""[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]""", "null"),
            .. Words.Select(word => Chat($$$"""[{"index":0,"delta":{"content":"{{{word}}}"},"finish_reason":null}]""", "null")),
            Chat("""[{"index":0,"delta":{},"finish_reason":"stop"}]""", "null"),
            Chat("[]", """{"prompt_tokens":17,"completion_tokens":23,"total_tokens":40}"""),
            "data: [DONE]\n\n",
        ]);

    /// <summary>Messages with thinking, text and a tool call; the usage says 11 + 2 + 3 in, 29 out.</summary>
    public static string Anthropic { get; } = Lines(
        [
            Named("message_start",
                """{"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","content":[],"model":"claude-x","stop_reason":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}"""),
            Named("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"""),
            Named("ping", """{"type":"ping"}"""),
            Named("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me see"}}"""),
            Named("content_block_stop", """{"type":"content_block_stop","index":0}"""),
            Named("content_block_start", """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"""),
            .. Words.Select(word =>
                Named("content_block_delta", $$$"""{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"{{{word}}}"}}""")),
            Named("content_block_stop", """{"type":"content_block_stop","index":1}"""),
            Named("content_block_start", """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"look","input":{}}}"""),
            Named("content_block_delta", """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"""),
            Named("content_block_stop", """{"type":"content_block_stop","index":2}"""),
            Named("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":29}}"""),
            Named("message_stop", """{"type":"message_stop"}"""),
        ]);

    /// <summary>streamGenerateContent with alt=sse, which ends its lines with CR LF; the usage says 8 in, 21 + 4 out, 33 in all.</summary>
    public static string Gemini { get; } = Lines(
        [
            .. Words.Select((word, i) =>
                $$$$"""data: {"candidates":[{"content":{"parts":[{"text":"{{{{word}}}}"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":{{{{i + 1}}}},"totalTokenCount":{{{{i + 9}}}}},"modelVersion":"gemini-x","responseId":"r1"}""" + "\r\n\r\n"),
            """data: {"candidates":[{"content":{"parts":[{"text":" End"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":21,"thoughtsTokenCount":4,"totalTokenCount":33},"modelVersion":"gemini-x","responseId":"r1"}""" + "\r\n\r\n",
        ]);

    /// <summary>The Responses interface; the usage says 5 + 31.</summary>
    public static string OpenAiResponses { get; } = Lines(
        [
            Named("response.created", """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1700000000,"model":"gpt-x","status":"in_progress","output":[]}}"""),
            Named("response.output_item.added", """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1","content":[]}}"""),
            .. Words.Select((word, i) =>
                Named("response.output_text.delta", $$"""{"type":"response.output_text.delta","sequence_number":{{i + 2}},"item_id":"msg_1","delta":"{{word}}"}""")),
            Named("response.output_text.done", """{"type":"response.output_text.done","sequence_number":10,"text":"the whole text once more"}"""),
            Named("response.completed", """{"type":"response.completed","sequence_number":11,"response":{"id":"resp_1","status":"completed","output":[{"content":[{"text":"and once more"}]}],"usage":{"input_tokens":5,"output_tokens":31,"total_tokens":36}}}"""),
        ]);

    public static readonly string[] All = [OpenAi, Anthropic, Gemini, OpenAiResponses];

    /// <summary>One event of a chat with so many bytes of text.</summary>
    public static string ChatText(int bytes) => Chat($$$"""[{"index":0,"delta":{"content":"{{{new string('x', bytes)}}}"},"finish_reason":null}]""", "null");

    /// <summary>One event of a chat with the given choices.</summary>
    public static string Chat(string choices, string usage) =>
        $$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-x","choices":{{choices}},"usage":{{usage}}}""" + "\n\n";

    public static string Named(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Lines(string[] events) => string.Concat(events);
}
