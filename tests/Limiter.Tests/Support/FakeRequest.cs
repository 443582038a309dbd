using System.Text;
using Appliance.Limiter;

namespace Limiter.Tests.Support;

/// <summary>A request out of strings.</summary>
internal struct FakeRequest : IRequestView
{
    private readonly byte[] _method;
    private readonly byte[] _path;
    private readonly byte[] _host;
    private byte[] _query = [];
    private (byte[] Name, byte[] Value)[] _headers = [];
    private (byte[] Name, byte[] Value)[] _claims = [];
    private byte[]?[] _facts = new byte[6][];

    public FakeRequest()
        : this("/")
    {
    }

    public FakeRequest(string path, string method = "GET", string host = "example.com")
    {
        _path = Encoding.UTF8.GetBytes(path);
        _method = Encoding.UTF8.GetBytes(method);
        _host = Encoding.UTF8.GetBytes(host);
    }

    public readonly ReadOnlySpan<byte> Method => _method;

    public readonly ReadOnlySpan<byte> Path => _path;

    public readonly ReadOnlySpan<byte> Query => _query;

    public readonly ReadOnlySpan<byte> Host => _host;

    public ClientAddress Client { get; init; } = ClientAddress.FromIPv4(0xC0000201);

    public bool IsTrusted { get; init; } = true;

    public LlmRequestNumbers Llm { get; init; }

    public readonly FakeRequest With(string name, string value) =>
        this with { _headers = [.. _headers, (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value))] };

    public readonly FakeRequest WithClaim(string name, string value) =>
        this with { _claims = [.. _claims, (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value))] };

    public readonly FakeRequest WithFact(RequestFact fact, string value)
    {
        byte[]?[] facts = [.. _facts];
        facts[(int)fact] = Encoding.UTF8.GetBytes(value);
        return this with { _facts = facts };
    }

    public readonly FakeRequest WithQuery(string query) => this with { _query = Encoding.UTF8.GetBytes(query) };

    public readonly bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => TryGet(_headers, name, out value);

    public readonly ReadOnlySpan<byte> Claim(ReadOnlySpan<byte> name) => TryGet(_claims, name, out ReadOnlySpan<byte> value) ? value : default;

    public readonly bool TryGetFact(RequestFact fact, out ReadOnlySpan<byte> value)
    {
        value = _facts[(int)fact];
        return _facts[(int)fact] is not null;
    }

    private static bool TryGet((byte[] Name, byte[] Value)[] fields, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach ((byte[] given, byte[] content) in fields)
        {
            value = content;
            if (name.SequenceEqual(given)) return true;
        }

        value = default;
        return false;
    }
}
