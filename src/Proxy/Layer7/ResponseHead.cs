namespace Appliance.Proxy.Layer7;

/// <summary>The head of a server's response (RFC 9112 section 4). A malformed one is the server's fault: the client gets 502.</summary>
internal sealed class ResponseHead : MessageHead
{
    /// <summary>100 to 599.</summary>
    internal int Status { get; private set; }

    /// <summary>Where the status code begins in the head; the line from here on is the client's too.</summary>
    internal const int StatusStart = 9;

    /// <summary>The byte after the status line's LF.</summary>
    internal int StatusLineEnd { get; private set; }

    /// <summary>1xx other than 101: another response follows.</summary>
    internal bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>No body whatever the fields say (RFC 9112 section 6.3).</summary>
    internal bool HasNoBody => Status is < 200 or 204 or 304;

    /// <inheritdoc/>
    internal override void Reset()
    {
        base.Reset();
        Status = 0;
    }

    /// <inheritdoc/>
    private protected override int ParseStartLine(ReadOnlySpan<byte> buffer)
    {
        int stop = buffer.IndexOfAny(Controls);
        if (stop < 0 ? buffer.Length > HttpLimits.RequestLine : stop > HttpLimits.RequestLine) return Bad();
        if (stop < 0 || (stop == buffer.Length - 1 && buffer[stop] == '\r')) return 0;
        if (stop < 12 || buffer[stop] != '\r' || buffer[stop + 1] != '\n') return Bad();
        ReadOnlySpan<byte> line = buffer[..stop];
        if (!line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') return Bad();
        if (line.Length > 12 && line[12] != ' ') return Bad();
        MinorVersion = line[7] - '0';
        Status = 0;
        foreach (byte digit in line.Slice(9, 3))
        {
            if (digit is < (byte)'0' or > (byte)'9') return Bad();
            Status = Status * 10 + digit - '0';
        }

        StatusLineEnd = stop + 2;
        return Status is >= 100 and <= 599 ? StatusLineEnd : Bad();
    }

    /// <inheritdoc/>
    private protected override bool Finish(ReadOnlySpan<byte> head)
    {
        if (!ReadFraming(head)) return false;
        // It announces a body that it cannot have: if bytes come all the same, they must not be taken for the next answer.
        if (Status == 204 && (Chunked || ContentLength > 0)) KeepAlive = false;
        return true;
    }

    private int Bad()
    {
        Refuse(HttpError.UpstreamBadResponse);
        return -1;
    }
}
