using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Balancing;

/// <summary>
/// Sticky sessions of one upstream. A server's cookie value is the HMAC-SHA256 of its name, cut to 128 bits, under a key derived from the
/// cluster's secret and the upstream: it tells nothing of the address, cannot be made up, means nothing at another upstream, and is the same on
/// both nodes. As the value is the signature, it is made once per server, and a request costs a search in the Cookie field. Thread-safe.
/// </summary>
internal sealed class StickyCookie
{
    /// <summary>Bytes of the longest Set-Cookie line.</summary>
    internal const int MaxLine = 512;

    /// <summary>Characters of a value: 128 bits in base64url without padding.</summary>
    internal const int ValueLength = 22;

    private const int ValueBytes = 16;

    private readonly string _name;
    private readonly byte[][] _keys;
    private readonly byte[] _lineStart;
    private readonly byte[] _lineEnd;
    private readonly byte[] _secureLineEnd;
    private volatile FrozenDictionary<ServerState, byte[]> _values = FrozenDictionary<ServerState, byte[]>.Empty;
    private volatile Known[] _known = [];

    /// <summary>Derives the keys.</summary>
    /// <param name="settings">The cookie.</param>
    /// <param name="upstream">Name of the upstream.</param>
    /// <param name="keys">The cluster's secrets: the first signs, all verify. At least one.</param>
    internal StickyCookie(StickySettings settings, string upstream, IEnumerable<SharedKey> keys)
    {
        _name = settings.Cookie;
        byte[] purpose = Encoding.UTF8.GetBytes($"appliance sticky cookie 1 {upstream}");
        _keys = [.. keys.Select(key => HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret.ToArray(), SHA256.HashSizeInBytes, info: purpose))];
        string age = settings.MaxAge > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)settings.MaxAge.TotalSeconds}") : string.Empty;
        _lineStart = Encoding.Latin1.GetBytes($"Set-Cookie: {_name}=");
        _lineEnd = Encoding.Latin1.GetBytes($"; Path=/{age}; HttpOnly; SameSite=Lax\r\n");
        _secureLineEnd = Encoding.Latin1.GetBytes($"; Path=/{age}; HttpOnly; SameSite=Lax; Secure\r\n");
        if (_lineStart.Length + ValueLength + _secureLineEnd.Length > MaxLine) throw new ArgumentException("the cookie's name is too long", nameof(settings));
    }

    /// <summary>Makes the values of these servers. One caller at a time.</summary>
    internal void SetServers(IEnumerable<ServerState> servers)
    {
        ServerState[] all = [.. servers.Distinct()];
        _known = [.. _keys.SelectMany((key, i) => all.Select(state => new Known(state, Sign(key, state.Name), i == 0)))];
        _values = all.ToFrozenDictionary(state => state, state => Sign(_keys[0], state.Name));
    }

    /// <summary>The server that a request's cookie names; null: it has none, or not one of ours.</summary>
    /// <param name="head">The request's head as received.</param>
    /// <param name="request">The same, parsed.</param>
    /// <param name="current">It is signed with the first key: no need to send it again.</param>
    internal ServerState? Find(ReadOnlySpan<byte> head, RequestHead request, out bool current)
    {
        foreach (ref HeaderField field in request.Fields)
        {
            if (!CookieHeader.Is(field.Name(head))) continue;
            ReadOnlySpan<byte> cookies = field.Value(head);
            if (CookieHeader.TryFind(cookies, _name, out Range value)) return Verify(cookies[value], out current);
        }

        current = false;
        return null;
    }

    /// <summary>Writes the whole Set-Cookie line; 0: the server is not one of this upstream any more.</summary>
    internal int WriteSetCookie(ServerState server, bool secure, Span<byte> destination)
    {
        if (!_values.TryGetValue(server, out byte[]? value)) return 0;
        var line = new HeadWriter(destination);
        line.Write(_lineStart);
        line.Write(value);
        line.Write(secure ? _secureLineEnd : _lineEnd);
        return line.Length;
    }

    /// <summary>Copies a Cookie field's value without this cookie, which is nobody's business behind us; see <see cref="CookieHeader.CopyWithout"/>.</summary>
    internal int CopyWithout(ReadOnlySpan<byte> cookies, Span<byte> destination) => CookieHeader.CopyWithout(cookies, _name, destination);

    private ServerState? Verify(ReadOnlySpan<byte> value, out bool current)
    {
        current = false;
        if (value.Length != ValueLength) return null;
        foreach (Known known in _known)
        {
            // In constant time: what is compared is a signature.
            if (!CryptographicOperations.FixedTimeEquals(value, known.Value)) continue;
            current = known.Current;
            return known.State;
        }

        return null;
    }

    private static byte[] Sign(byte[] key, string server)
    {
        byte[] mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(server));
        return Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(mac.AsSpan(0, ValueBytes)));
    }

    private sealed record Known(ServerState State, byte[] Value, bool Current);
}
