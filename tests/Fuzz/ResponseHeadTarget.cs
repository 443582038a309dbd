using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Response heads: what a server says reaches the client in one reading.</summary>
internal sealed class ResponseHeadTarget : ITarget
{
    private static readonly HeaderEdits Edits = HeaderEdits.Merge(
        new HeaderEditSettings { Set = [new("X-Edge", "1")], Remove = ["Server"] }, new HeaderEditSettings())!;

    private readonly ResponseHead _response = new();
    private readonly ResponseHead _stepped = new();

    public string Name => "http-response";

    public int MaximumLength => 80_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 204\r\n", "HTTP/1.1 101 X\r\n", "103 ", "304 ", "\r\n", "\r", "\n", "\r\n\r\n", "\r\n \t",
            "Content-Length: 5\r\n", "Content-Length: 6\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n",
            "Connection: close\r\n", "Connection: x-one\r\n", "X-One: 1\r\n", "Upgrade: x\r\nConnection: upgrade\r\n", "Server: s\r\n", ":", "\0", "\xff",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        HeadProgress verdict = HeadSplits.Parse(_response, _stepped, input);
        if (verdict != HeadProgress.Complete) return HashCode.Combine(verdict, _response.Error, _response.FieldCount);
        ReadOnlySpan<byte> head = input[.._response.Length];
        CheckSent(head, null);
        CheckSent(head, Edits);
        return HashCode.Combine(_response.Status, _response.FieldCount, _response.Chunked, _response.ContentLength < 0, _response.KeepAlive);
    }

    private void CheckSent(ReadOnlySpan<byte> head, HeaderEdits? edits)
    {
        byte[] room = new byte[ClientResponse.MaxLength(head, default) + 64];
        bool chunked = _response.Chunked && !_response.HasNoBody;
        int length = ClientResponse.Compose(room, head, _response, chunked, default, default, edits);
        if (edits is not null)
        {
            edits.Lines.CopyTo(room, length);
            length += edits.Lines.Length;
            length += Encoding.ASCII.GetBytes("\r\n", room.AsSpan(length));
        }

        StrictMessage sent = StrictMessage.Read(room.AsSpan(0, length), request: false);
        Require(sent.StartLine[9..12] == _response.Status.ToString(), "the status is the same");
        bool bodiless = _response.Status is < 200 or 204;
        string framing = chunked ? "chunked" : bodiless || _response.ContentLength < 0 ? "" : _response.ContentLength.ToString();
        Require(sent.Framing == framing, "the framing is the same, and none where there is no body");
        Require(sent.All("Connection").Length + sent.All("Keep-Alive").Length + sent.All("TE").Length == 0, "what ends here does not go on");
        Require(edits is null || sent.All("X-Edge") is ["1"], "an edit is made once");
    }
}
