using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>The names of <see cref="HttpError"/> in logs: snake_case, as everywhere in what machines read.</summary>
internal static class HttpErrorNames
{
    private static readonly byte[][] Names = [.. Enum.GetValues<HttpError>().Select(error => Snake(error.ToString()))];

    /// <summary>The name.</summary>
    internal static ReadOnlySpan<byte> Of(HttpError error) => Names[(int)error];

    private static byte[] Snake(string name) => Encoding.ASCII.GetBytes(
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString())));
}
