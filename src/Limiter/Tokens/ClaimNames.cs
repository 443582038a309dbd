using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// The claims that a bundle asks for (`jwt:NAME`), in the order in which they are numbered. Only these are kept of a token. Names are those of
/// top-level claims: a name cannot hold a dot (policies.md part B 1.5), so nothing reaches into nested objects.
/// </summary>
internal sealed class ClaimNames
{
    /// <summary>More claims than this are a mistake of the bundle, refused where it is compiled.</summary>
    public const int Max = 256;

    private readonly byte[][] _names;

    /// <exception cref="ArgumentException">More than <see cref="Max"/> names.</exception>
    public ClaimNames(IEnumerable<string> names)
    {
        _names = [.. names.Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];
        if (_names.Length > Max) throw new ArgumentException($"more than {Max} claims", nameof(names));
    }

    public int Count => _names.Length;

    /// <summary>The claim's number for <see cref="TokenClaims.ValueOf"/>, -1 when it is not among the names.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
            if (name.SequenceEqual(_names[i])) return i;
        return -1;
    }

    /// <summary>The same for a name as it stands in a token.</summary>
    public int IndexOf(JsonText name)
    {
        for (int i = 0; i < _names.Length; i++)
            if (name.Is(_names[i])) return i;
        return -1;
    }
}
