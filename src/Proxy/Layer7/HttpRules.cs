using System.Collections.Frozen;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Layer7;

/// <summary>What an http listener demands of requests and says about them, compiled. Immutable, shared by the loops.</summary>
internal sealed class HttpRules
{
    private readonly FrozenDictionary<int, FixedBody>? _errorPages;

    internal HttpRules(string listener, HttpSettings settings)
    {
        ListenerName = JsonText.Escape(listener, AccessLog.NameLimit);
        MaxBodySize = settings.MaxBodySize ?? long.MaxValue;
        MinimumBodyRate = settings.MinimumBodyRate;
        MaximumRequests = settings.MaximumRequests;
        Forwarded = settings.Forwarded;
        ResponseEdits = HeaderEdits.Merge(new HeaderEditSettings(), settings.ResponseHeaders);
        HttpsRedirect = settings.RedirectToHttpsPort is { } port ? RedirectAction.ToHttps(port) : null;
        if (settings.ErrorPages.Count == 0) return;
        _errorPages = settings.ErrorPages.ToFrozenDictionary(
            page => page.Key, page => new FixedBody(page.Key, page.Value.ContentType, page.Value.Body));
    }

    /// <summary>The listener's name as JSON text.</summary>
    internal byte[] ListenerName { get; }

    /// <summary>Bytes of data in the largest request body; <see cref="long.MaxValue"/>: no limit. A chunked body is counted as it passes
    /// (<see cref="ChunkedScanner.DataBytes"/>).</summary>
    internal long MaxBodySize { get; }

    /// <summary>Bytes per second that a request body must keep on average; 0: no demand.</summary>
    internal long MinimumBodyRate { get; }

    /// <summary>Requests per connection; 0: no limit.</summary>
    internal int MaximumRequests { get; }

    /// <summary>How servers are told about the client.</summary>
    internal ForwardedStyle Forwarded { get; }

    /// <summary>Edits of answers to requests that no route was found for; null: none.</summary>
    internal HeaderEdits? ResponseEdits { get; }

    /// <summary>Where every request that did not come by TLS is sent; null: nowhere.</summary>
    internal RedirectAction? HttpsRedirect { get; }

    /// <summary>True when the body announced is too large: 413, before anything is forwarded and before 100 can be sent.</summary>
    internal bool RefusesBody(RequestHead request) => request.ContentLength > MaxBodySize;

    /// <summary>The operator's body for an error answered here; null: ours.</summary>
    internal FixedBody? ErrorPage(int status) =>
        _errorPages is not null && _errorPages.TryGetValue(status, out FixedBody? page) ? page : null;
}
