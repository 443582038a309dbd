using System.Text;
using Appliance.Limiter;

namespace Limiter.Tests.Support;

/// <summary>A request out of strings; at most two headers, which is all that the tests need.</summary>
internal struct FakeRequest : IRequestView
{
    private readonly byte[] _method;
    private readonly byte[] _path;
    private readonly byte[] _host;
    private byte[] _query = [];
    private byte[] _firstName = [];
    private byte[] _firstValue = [];
    private byte[] _secondName = [];
    private byte[] _secondValue = [];

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

    public readonly FakeRequest With(string name, string value)
    {
        FakeRequest copy = this;
        if (copy._firstName.Length == 0) (copy._firstName, copy._firstValue) = (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        else (copy._secondName, copy._secondValue) = (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return copy;
    }

    public readonly FakeRequest WithQuery(string query) => this with { _query = Encoding.UTF8.GetBytes(query) };

    public readonly bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        bool first = name.SequenceEqual(_firstName);
        bool second = name.SequenceEqual(_secondName);
        value = first ? _firstValue : second ? _secondValue : default;
        return first || second;
    }
}
