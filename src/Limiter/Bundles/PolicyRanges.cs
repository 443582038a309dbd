using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>Where the elements of `policies` are in the file.</summary>
internal sealed class PolicyRanges
{
    private bool _isCollected;

    public List<(int Offset, int Length)> Ranges { get; } = [];

    public int Count { get; private set; }

    /// <summary>Reads past an array; of a second one, which is an error elsewhere, nothing is kept.</summary>
    /// <param name="reader">At the start of the array; afterwards at its end.</param>
    public void Collect(ref Utf8JsonReader reader)
    {
        bool isFirst = !_isCollected;
        _isCollected = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int offset = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isFirst) continue;
            Count++;
            if (Count <= BundleParser.MaxPolicies) Ranges.Add((offset, (int)reader.BytesConsumed - offset));
        }
    }
}
