namespace Appliance.Limiter.Rules;

/// <summary>Finds a parameter in a raw query.</summary>
internal static class QueryParameter
{
    /// <summary>The first parameter of exactly this name, not decoded: the names and numbers that rules ask for need no escapes.</summary>
    public static bool TryGet(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!query.IsEmpty)
        {
            int end = query.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? query : query[..end];
            query = end < 0 ? default : query[(end + 1)..];
            if (pair.Length <= name.Length || pair[name.Length] != (byte)'=' || !pair.StartsWith(name)) continue;
            value = pair[(name.Length + 1)..];
            return true;
        }

        value = default;
        return false;
    }
}
