using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Appliance.Proxy.Health;

/// <summary>
/// Makes single checks of one server, one after the other, as an ordinary connection of a loop: nothing blocks. It speaks as the upstream's traffic
/// does: a PROXY protocol header first, which says that the connection is our own, then TLS.
/// </summary>
internal sealed class HealthProbe
{
    /// <summary>Bytes of the body that are searched.</summary>
    private const int BodyLimit = 64 * 1024;

    /// <summary>Interim responses before the server is taken for broken.</summary>
    private const int InterimLimit = 32;

    private const string Closed = "it closed the connection without an answer";

    private readonly EventLoop _loop;
    private readonly UpstreamPool _pool;
    private readonly ServerState _server;
    private readonly SocketAddress _address;
    private readonly HealthCheckSettings _settings;
    private readonly byte[] _request;
    private readonly byte[] _needle;
    private readonly ResponseHead _head = new();
    private long _deadlineNs;
    private Connection? _connection;
    private TlsTarget? _tls;

    /// <summary>Prepares checks.</summary>
    /// <param name="loop">Where they run.</param>
    /// <param name="pool">Whose traffic the checks are like.</param>
    /// <param name="server">What is connected to, at its own port unless the settings name another.</param>
    /// <param name="settings">What is checked.</param>
    internal HealthProbe(EventLoop loop, UpstreamPool pool, ServerState server, HealthCheckSettings settings)
    {
        _loop = loop;
        _pool = pool;
        _server = server;
        _address = SocketAddress.From(new IPEndPoint(server.EndPoint.Address, settings.Port ?? server.EndPoint.Port));
        _settings = settings;
        _request = Encoding.Latin1.GetBytes(
            $"GET {settings.Path} HTTP/1.1\r\nHost: {settings.Host ?? server.HostName}\r\nUser-Agent: appliance-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        _needle = Encoding.UTF8.GetBytes(settings.BodyContains ?? string.Empty);
    }

    /// <summary>One check. On the loop; one at a time.</summary>
    /// <returns>Null: passed; else why not.</returns>
    internal async Task<string?> RunAsync()
    {
        _deadlineNs = _loop.NowNs + _settings.Timeout.Ticks * 100;
        ValueTask<bool> connecting = Connection.ConnectAsync(_loop, _address, _deadlineNs, out Connection connection);
        _connection = connection;
        try
        {
            if (!await connecting) return Explain(connection.Error);
            return await OpenAsync(connection) ?? await AskAsync(connection);
        }
        finally
        {
            _connection = null;
            connection.Close();
        }
    }

    /// <summary>Ends the check under way; its result is of no use to anybody.</summary>
    internal void Abandon() => _connection?.Abort(ConnectionError.Aborted);

    /// <summary>What comes before the request: the PROXY header in the clear, then the handshake.</summary>
    private async ValueTask<string?> OpenAsync(Connection connection)
    {
        connection.Writer.TimeoutNs = _deadlineNs - _loop.NowNs;
        if (_pool.Settings.ProxyProtocol is { } version)
        {
            ProxyHeaderEncoder.QueueOwn(connection.Writer, version);
            await connection.Writer.FlushAsync();
        }

        if (_pool.Tls is not { } context) return null;
        if (_tls?.Context != context) _tls = new TlsTarget(context, _server.Configured);
        if (await connection.StartTlsClientAsync(_tls, _deadlineNs)) return null;
        // What the server made of an old session may be why.
        _tls.Session = null;
        if (connection.Error == ConnectionError.TimedOut) return "the TLS handshake took too long";
        return $"the TLS handshake failed: {connection.Tls?.Failure ?? connection.Error.ToString()}";
    }

    private async ValueTask<string?> AskAsync(Connection connection)
    {
        if (_settings.Path is null) return null;
        connection.Writer.TimeoutNs = _deadlineNs - _loop.NowNs;
        connection.Writer.Append(_request);
        await connection.Writer.FlushAsync();
        if (await ReadHeadAsync(connection) is { } failure) return failure;
        if (!Accepts(_head.Status)) return $"status {_head.Status}";
        if (_needle.Length == 0) return null;
        connection.Reader.Skip(_head.Length);
        byte[] body = ArrayPool<byte>.Shared.Rent(BodyLimit);
        try
        {
            return await SearchBodyAsync(connection, body);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private async ValueTask<string?> ReadHeadAsync(Connection connection)
    {
        _head.Reset();
        int interim = 0;
        while (true)
        {
            HeadProgress progress = connection.Reader.Unread > 0 ? _head.Parse(connection.Reader.UnreadSpan) : HeadProgress.Incomplete;
            if (progress == HeadProgress.Refused) return "its answer is malformed";
            if (progress == HeadProgress.Complete)
            {
                if (!_head.IsInterim) return null;
                if (++interim > InterimLimit) return "its answer is malformed";
                connection.Reader.Skip(_head.Length);
                _head.Reset();
                continue;
            }

            if (connection.Reader.Ended) return Closed;
            if (!await ReadAsync(connection)) return "it did not answer in time";
        }
    }

    private async ValueTask<string?> SearchBodyAsync(Connection connection, byte[] body)
    {
        const string missing = "its body does not hold the text";
        if (_head.HasNoBody) return missing;
        var scanner = default(ChunkedScanner);
        long left = _head.Chunked || _head.ContentLength < 0 ? long.MaxValue : _head.ContentLength;
        int length = 0;
        while (true)
        {
            int before = length;
            length = Take(connection, body, length, ref left, ref scanner);
            if (body.AsSpan(Math.Max(0, before - _needle.Length)..length).IndexOf(_needle) >= 0) return null;
            if (length == BodyLimit || left == 0 || scanner.IsDone) return missing;
            if (scanner.IsBad) return "its answer is malformed";
            if (connection.Reader.Ended) return missing;
            if (!await ReadAsync(connection)) return "its body did not come in time";
        }
    }

    /// <summary>Moves what has arrived of the body, decoded, to the buffer.</summary>
    private int Take(Connection connection, byte[] body, int length, ref long left, ref ChunkedScanner scanner)
    {
        ReadOnlySpan<byte> unread = connection.Reader.UnreadSpan;
        int passed = 0;
        while (passed < unread.Length && length < BodyLimit && left > 0 && !scanner.IsDone && !scanner.IsBad)
        {
            ReadOnlySpan<byte> rest = unread[passed..];
            ReadOnlySpan<byte> data = rest;
            if (_head.Chunked)
            {
                passed += scanner.Next(rest, out Range run);
                data = rest[run];
            }
            else
            {
                data = data[..(int)Math.Min(left, data.Length)];
                left -= data.Length;
                passed += data.Length;
            }

            data = data[..Math.Min(data.Length, BodyLimit - length)];
            data.CopyTo(body.AsSpan(length));
            length += data.Length;
        }

        connection.Reader.Skip(passed);
        return length;
    }

    private async ValueTask<bool> ReadAsync(Connection connection)
    {
        connection.Reader.Advance(0);
        connection.Reader.DeadlineNs = _deadlineNs;
        ReadResult read = await connection.Reader.ReadAsync();
        return !read.IsCanceled;
    }

    private bool Accepts(int status)
    {
        foreach ((int first, int last) in _settings.Statuses)
        {
            if (status >= first && status <= last) return true;
        }

        return false;
    }

    private static string Explain(ConnectionError error) => error switch
    {
        ConnectionError.Refused => "it refuses connections",
        ConnectionError.TimedOut => "it could not be reached in time",
        _ => "it cannot be reached",
    };
}
