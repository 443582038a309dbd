using System.Collections.Immutable;

namespace Appliance.Proxy.Configuration;

/// <summary>What an http listener demands of requests and tells servers about them. Immutable.</summary>
public sealed record HttpSettings
{
    /// <summary>Bytes; a longer request body gets 413. Null: no limit.</summary>
    public long? MaxBodySize { get; init; }

    /// <summary>Bytes per second that a request body must keep on average once five seconds have passed; 0: no demand.</summary>
    public long MinimumBodyRate { get; init; } = 240;

    /// <summary>Requests per client connection, after which it is closed; 0: no limit.</summary>
    public int MaximumRequests { get; init; }

    /// <summary>How servers are told about the client.</summary>
    public ForwardedStyle Forwarded { get; init; } = ForwardedStyle.XForwarded;

    /// <summary>Edits of every request's fields, before those of its route.</summary>
    public HeaderEditSettings RequestHeaders { get; init; } = new();

    /// <summary>Edits of every response's fields, after those of its route.</summary>
    public HeaderEditSettings ResponseHeaders { get; init; } = new();

    /// <summary>Every request is answered with a redirect to https on this port; null: none is.</summary>
    public int? RedirectToHttpsPort { get; init; }

    /// <summary>Bodies for answers that are made here, by status.</summary>
    public ImmutableDictionary<int, ErrorPage> ErrorPages { get; init; } = ImmutableDictionary<int, ErrorPage>.Empty;
}

/// <summary>A body for an answer that is made here.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Body">Its bytes.</param>
public sealed record ErrorPage(string ContentType, ReadOnlyMemory<byte> Body);
