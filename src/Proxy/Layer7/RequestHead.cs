using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>The head of a request (RFC 9112 section 3), strict where smuggling lives (dataplane.md section 4.1).</summary>
internal sealed class RequestHead : MessageHead
{
    private int _lineBegin;
    private int _methodEnd;
    private int _targetEnd;
    private int _hostField;

    /// <summary>The method is HEAD: the response has no body.</summary>
    internal bool IsHead { get; private set; }

    /// <summary>The method may be repeated without harm (RFC 9110 section 9.2.2).</summary>
    internal bool IsIdempotent { get; private set; }

    /// <summary>The client waits for 100 before it sends the body.</summary>
    internal bool ExpectsContinue { get; private set; }

    /// <summary>A body follows.</summary>
    internal bool HasBody => Chunked || ContentLength > 0;

    /// <summary>Where the authority of an absolute target stands in the head; empty for the origin form.</summary>
    internal Range Authority { get; private set; }

    /// <summary>Where the origin form of the target stands in the head; of an absolute one the part from its path on, which may be empty.</summary>
    internal Range OriginTarget { get; private set; }

    /// <summary>The method.</summary>
    internal ReadOnlySpan<byte> Method(ReadOnlySpan<byte> head) => head[_lineBegin.._methodEnd];

    /// <summary>The path and query that go upstream: the raw bytes; `/` for an absolute target without a path.</summary>
    internal ReadOnlySpan<byte> Target(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> target = head[OriginTarget];
        return target.IsEmpty ? "/"u8 : target;
    }

    /// <summary>The query without '?', raw; empty if there is none.</summary>
    internal ReadOnlySpan<byte> Query(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> target = head[OriginTarget];
        int mark = target.IndexOf((byte)'?');
        return mark < 0 ? default : target[(mark + 1)..];
    }

    /// <summary>The host asked for: the target's authority, or the Host field; empty if there is none (HTTP/1.0).</summary>
    internal ReadOnlySpan<byte> Host(ReadOnlySpan<byte> head)
    {
        if (!Authority.Equals(default)) return head[Authority];
        return _hostField < 0 ? default : Fields[_hostField].Value(head);
    }

    /// <summary>The head did not arrive in time.</summary>
    internal void RefuseForTimeout() => Refuse(HttpError.RequestTimeout);

    /// <inheritdoc/>
    internal override void Reset()
    {
        base.Reset();
        _lineBegin = 0;
        _hostField = -1;
        IsHead = IsIdempotent = ExpectsContinue = false;
        Authority = default;
        OriginTarget = default;
    }

    /// <inheritdoc/>
    private protected override int ParseStartLine(ReadOnlySpan<byte> buffer)
    {
        // One empty line before the request line is forgiven (RFC 9112 section 2.2).
        if (buffer is [(byte)'\r']) return 0;
        _lineBegin = buffer is [(byte)'\r', (byte)'\n', ..] ? 2 : 0;
        ReadOnlySpan<byte> line = buffer[_lineBegin..];
        // What lies beyond the limit is not looked at: the verdict does not depend on how much has arrived.
        if (line.Length > HttpLimits.RequestLine + 2) line = line[..(HttpLimits.RequestLine + 2)];
        int method = TokenEnd(line);
        if (method == 0 || (method is > 0 and <= HttpLimits.RequestLine && line[method] != ' ')) return Bad(HttpError.BadMethod);
        int stop = line.IndexOfAny(Controls);
        if (stop < 0 ? line.Length > HttpLimits.RequestLine : stop > HttpLimits.RequestLine) return Bad(HttpError.TargetTooLong);
        if (stop < 0 || (stop == line.Length - 1 && line[stop] == '\r')) return 0;
        if (method < 0 || line[stop] != '\r' || line[stop + 1] != '\n') return Bad(HttpError.BadRequestLine);
        _methodEnd = _lineBegin + method;
        return ParseTargetAndVersion(line[..stop], method) ? _lineBegin + stop + 2 : -1;
    }

    /// <inheritdoc/>
    private protected override bool Finish(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> method = Method(head);
        IsHead = method.SequenceEqual("HEAD"u8);
        IsIdempotent = IsHead || method.SequenceEqual("GET"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8)
            || method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("TRACE"u8);
        if (method.SequenceEqual("CONNECT"u8)) return Bad(HttpError.ConnectNotAllowed) > 0;
        return SplitTarget(head) && ReadFraming(head) && ReadHost(head) && ReadExpect(head);
    }

    private bool ParseTargetAndVersion(ReadOnlySpan<byte> line, int method)
    {
        int space = line[(method + 1)..].IndexOf((byte)' ');
        if (space <= 0) return Bad(HttpError.BadRequestLine) > 0;
        space += method + 1;
        _targetEnd = _lineBegin + space;
        ReadOnlySpan<byte> version = line[(space + 1)..];
        if (version.SequenceEqual("HTTP/1.1"u8)) MinorVersion = 1;
        else if (version.SequenceEqual("HTTP/1.0"u8)) MinorVersion = 0;
        else return Bad(IsOtherVersion(version) ? HttpError.VersionNotSupported : HttpError.BadVersion) > 0;
        ReadOnlySpan<byte> target = line[(method + 1)..space];
        return !target.ContainsAnyExceptInRange((byte)'!', (byte)'~') || Bad(HttpError.BadTarget) > 0;
    }

    /// <summary>Origin form, absolute form, or `*` for OPTIONS (RFC 9112 section 3.2).</summary>
    private bool SplitTarget(ReadOnlySpan<byte> head)
    {
        int start = _methodEnd + 1;
        ReadOnlySpan<byte> target = head[start.._targetEnd];
        if (target.IndexOf((byte)'#') >= 0) return Bad(HttpError.BadTarget) > 0;
        if (target[0] == '/' || (target is [(byte)'*'] && Method(head).SequenceEqual("OPTIONS"u8)))
        {
            OriginTarget = start.._targetEnd;
            return true;
        }

        int scheme = Ascii.EqualsIgnoreCase(target[..Math.Min(7, target.Length)], "http://"u8) ? 7
            : Ascii.EqualsIgnoreCase(target[..Math.Min(8, target.Length)], "https://"u8) ? 8 : 0;
        if (scheme == 0) return Bad(HttpError.BadTarget) > 0;
        int path = target[scheme..].IndexOfAny((byte)'/', (byte)'?');
        int authorityEnd = path < 0 ? _targetEnd : start + scheme + path;
        // `http://host?query` would need a '/' put in before the query; nobody sends it, so it is refused rather than rewritten.
        if (authorityEnd == start + scheme || (path >= 0 && head[authorityEnd] == '?')) return Bad(HttpError.BadTarget) > 0;
        Authority = (start + scheme)..authorityEnd;
        OriginTarget = authorityEnd.._targetEnd;
        return true;
    }

    private bool ReadHost(ReadOnlySpan<byte> head)
    {
        for (int i = 0; i < FieldCount; i++)
        {
            if (Fields[i].Known != KnownHeader.Host) continue;
            if (_hostField >= 0) return Bad(HttpError.DuplicateHost) > 0;
            _hostField = i;
        }

        Span<byte> normal = stackalloc byte[HostName.MaxLength];
        if (!Authority.Equals(default) && HostName.Normalize(head[Authority], normal) == 0) return Bad(HttpError.BadTarget) > 0;
        if (_hostField < 0) return MinorVersion == 0 || Bad(HttpError.MissingHost) > 0;
        ReadOnlySpan<byte> host = Fields[_hostField].Value(head);
        if (!host.IsEmpty && HostName.Normalize(host, normal) == 0) return Bad(HttpError.BadHost) > 0;
        if (Authority.Equals(default)) return true;
        return Ascii.EqualsIgnoreCase(head[Authority], host) || Bad(HttpError.HostMismatch) > 0;
    }

    private bool ReadExpect(ReadOnlySpan<byte> head)
    {
        foreach (ref HeaderField field in Fields)
        {
            if (field.Known != KnownHeader.Expect) continue;
            if (!Ascii.EqualsIgnoreCase(field.Value(head), "100-continue"u8)) return Bad(HttpError.UnknownExpectation) > 0;
            ExpectsContinue = MinorVersion == 1;
        }

        return true;
    }

    private static bool IsOtherVersion(ReadOnlySpan<byte> version) =>
        version.StartsWith("HTTP/"u8) && version.Length is >= 6 and <= 8
        && version[5..].IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0;

    /// <summary>Refuses; negative, so that callers can return it or compare it with zero.</summary>
    private int Bad(HttpError error)
    {
        Refuse(error);
        return -1;
    }
}
