using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>An answer whose body an operator wrote: a fixed response or an error page. Immutable.</summary>
internal sealed class FixedBody(int status, string contentType, ReadOnlyMemory<byte> body)
{
    /// <summary>200 .. 599.</summary>
    internal int Status => status;

    /// <summary>The value of Content-Type.</summary>
    internal byte[] ContentType { get; } = contentType.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
        ? Encoding.ASCII.GetBytes(contentType)
        : throw new ArgumentException("a media type is visible ASCII", nameof(contentType));

    /// <summary>Its bytes.</summary>
    internal ReadOnlySpan<byte> Body => body.Span;
}
