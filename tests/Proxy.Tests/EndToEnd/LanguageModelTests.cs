using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Language model traffic under a token limit: what is reserved, settled, cut and refused.</summary>
public sealed class LanguageModelTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task WhatAnAnswerDidNotUseIsGivenBack()
    {
        // 600 of 1000 tokens are reserved each time, 20 used: without settlement the second request would be one too many.
        const string Usage = """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":10,"total_tokens":20}}""";
        using Upstream upstream = new Upstream().Serve(async peer =>
        {
            while (true)
            {
                HttpText head = await peer.ReadHeadAsync();
                await peer.ReadBytesAsync(int.Parse(head["Content-Length"]!));
                // What is compressed could not be read.
                string answer = head.Has("Accept-Encoding") ? "{}" : Usage;
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
            }
        });
        await using var rig = new PolicyRig(upstream, Tokens(1000));
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync(Post(Chat(400, maxTokens: 500)));
            (HttpText head, string body) = await client.ReadAnswerAsync();
            Assert.Equal((200, Usage), (head.Status, body));
        }
    }

    [Fact]
    public async Task ARequestBeyondTheLimitIsRefusedInItsProvidersShape()
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, Tokens(1000));
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Post(Chat(400, maxTokens: 5000)));
        (HttpText head, string body) = await client.ReadAnswerAsync();
        Assert.Equal((429, "tpm_exceeded", "application/json"), (head.Status, head["X-Appliance-Reason"], head["Content-Type"]));
        JsonElement error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal("rate_limit_error", error.GetProperty("type").GetString());
        Assert.Equal(0, upstream.Count);
        // The body was read: the connection goes on.
        await client.SendAsync(Post(Chat(400, maxTokens: 5000)));
        Assert.Equal(429, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task AStreamThatPassesItsLimitEndsForTheClientAndItsConnectionGoesOn()
    {
        using Upstream upstream = new Upstream().Serve(async peer =>
        {
            HttpText head = await peer.ReadHeadAsync();
            await peer.ReadBytesAsync(int.Parse(head["Content-Length"]!));
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 200; i++)
            {
                string text = $"data: {{\"id\":\"x\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word {i:d4} \"}}}}]}}\n\n";
                await peer.SendAsync($"{text.Length:x}\r\n{text}\r\n");
            }

            await peer.SendAsync("e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        });
        await using var rig = new PolicyRig(upstream, Tokens(
            100_000, ", \"max_completion_tokens\": 50, \"streaming\": {\"enabled\": true, \"buffer_tokens\": 10}"));
        RawPeer client = await rig.ConnectAsync();
        for (int round = 0; round < 2; round++)
        {
            await client.SendAsync(Post(Chat(40, maxTokens: 40)));
            Assert.Equal(200, (await client.ReadHeadAsync()).Status);
            (string text, _) = await client.ReadChunkedAsync();
            Assert.Contains("word 0000", text, StringComparison.Ordinal);
            Assert.DoesNotContain("word 0100", text, StringComparison.Ordinal);
            Assert.Contains("\"finish_reason\":\"length\"", text, StringComparison.Ordinal);
            Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(200, true)]
    [InlineData(300_000, false)]
    [InlineData(300_000, true)]
    [InlineData(3_000_000, false)]
    [InlineData(3_000_000, true)]
    public async Task TheBodyThatWasReadArrivesUnchanged(int length, bool chunked)
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, Tokens(1_000_000_000));
        RawPeer client = await rig.ConnectAsync();
        byte[] body = Encoding.ASCII.GetBytes(Chat(length, maxTokens: 10));
        Task sending = client.SendAsync(chunked ? Chunked(body) : Plain(body));
        RawPeer server = await upstream.AcceptAsync();
        HttpText head = await server.ReadHeadAsync();
        byte[] seen = chunked ? Encoding.Latin1.GetBytes((await server.ReadChunkedAsync()).Text) : await server.ReadBytesAsync(int.Parse(head["Content-Length"]!));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), Convert.ToHexString(SHA256.HashData(seen)));
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        await sending;
        Assert.Equal(204, (await client.ReadHeadAsync()).Status);
        await Deadline.Until(() => rig.Proxy.Loop.Buffers.Rented == 0, () => $"{rig.Proxy.Loop.Buffers.Rented} blocks are left");
    }

    [Fact]
    public async Task AClientThatWaitsForLeaveToSendItsBodyGetsIt()
    {
        using var upstream = new Upstream();
        await using var rig = new PolicyRig(upstream, Tokens(1_000_000));
        RawPeer client = await rig.ConnectAsync();
        string body = Chat(100, maxTokens: 10);
        await client.SendAsync($"POST {Path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {body.Length}\r\n\r\n");
        Assert.Equal(100, (await client.ReadHeadAsync()).Status);
        await client.SendAsync(body);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        Assert.Equal(body, await server.ReadTextAsync(body.Length));
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(204, (await client.ReadHeadAsync()).Status);
    }

    private static string Tokens(int perMinute, string more = "") => $$$"""
        {"name": "r", "limit_keys": ["ip:address"], "algorithm": "token_bucket_llm", "algorithm_config": {"tokens_per_minute": {{{perMinute}}}{{{more}}}}}
        """;

    private static string Chat(int promptBytes, int maxTokens) =>
        $$$"""{"model":"m","max_tokens":{{{maxTokens}}},"messages":[{"role":"user","content":"{{{new string('x', promptBytes)}}}"}]}""";

    private static string Post(string body) =>
        $"POST {Path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static byte[] Plain(byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    private static byte[] Chunked(byte[] body)
    {
        using var bytes = new MemoryStream();
        bytes.Write(Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
        foreach (byte[] piece in body.Chunk(9973))
        {
            bytes.Write(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"));
            bytes.Write(piece);
            bytes.Write("\r\n"u8);
        }

        bytes.Write("0\r\n\r\n"u8);
        return bytes.ToArray();
    }
}
