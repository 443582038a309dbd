using System.Buffers;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy;
using Appliance.Proxy.Layer7;

namespace Appliance.Tests.Admin;

/// <summary>A request to a local handler without a socket.</summary>
public sealed class FakeExchange : LocalExchange
{
    private readonly ArrayBufferWriter<byte> _headers = new(4096);
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private readonly byte[] _method;
    private readonly byte[] _target;
    private readonly byte[] _path;
    private readonly byte[] _query;
    private readonly List<(byte[] Name, byte[] Value)> _fields;

    public FakeExchange(string method, string target, ClientAddress peer, params (string Name, string Value)[] headers)
    {
        string[] parts = target.Split('?', 2);
        _method = Encoding.ASCII.GetBytes(method);
        _target = Encoding.ASCII.GetBytes(target);
        byte[] path = new byte[parts[0].Length];
        Assert.True(TargetPath.TryNormalize(Encoding.ASCII.GetBytes(parts[0]), path, out int length));
        _path = path[..length];
        _query = Encoding.ASCII.GetBytes(parts.Length > 1 ? parts[1] : "");
        _fields = [.. headers.Select(h => (Encoding.ASCII.GetBytes(h.Name.ToLowerInvariant()), Encoding.ASCII.GetBytes(h.Value)))];
        Peer = peer;
    }

    public override ReadOnlySpan<byte> Method => _method;

    public override ReadOnlySpan<byte> Path => _path;

    public override ReadOnlySpan<byte> Query => _query;

    public override ReadOnlySpan<byte> Target => _target;

    public override ReadOnlySpan<byte> Body => default;

    public override ClientAddress Peer { get; }

    /// <summary>The gateway of these tests: 198.51.100.7.</summary>
    public override bool PeerIsTrusted => Peer == ClientAddress.FromIPv4(0xC6336407);

    public override ClientAddress Client =>
        PeerIsTrusted && TryGetHeader("x-forwarded-for"u8, out ReadOnlySpan<byte> hop) && ClientAddress.TryParse(hop, out ClientAddress seen) ? seen : Peer;

    public override int Lane => 0;

    public override long NowNs => 1_000_000_000;

    public override int Status { get; set; } = 200;

    public override string ContentType { get; set; } = "text/plain; charset=utf-8";

    public override IBufferWriter<byte> Output => _output;

    public string HeaderText => Encoding.ASCII.GetString(_headers.WrittenSpan);

    public string BodyText => Encoding.UTF8.GetString(_output.WrittenSpan);

    public override bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach ((byte[] field, byte[] text) in _fields)
        {
            if (!name.SequenceEqual(field)) continue;
            value = text;
            return true;
        }

        value = default;
        return false;
    }

    public override void AddHeaderLines(ReadOnlySpan<byte> lines) => _headers.Write(lines);

    /// <summary>Ready for the same request again, without giving memory back.</summary>
    public void Reset()
    {
        _headers.ResetWrittenCount();
        _output.ResetWrittenCount();
        Status = 200;
    }
}
