using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>Every descriptor of a bundle once, numbered in the order of their first mention.</summary>
internal sealed class DescriptorTable
{
    /// <summary>Evaluation keeps room for each of them: this bounds it.</summary>
    public const int MaxDescriptors = 10_000;

    private readonly Dictionary<string, LimitKey> _byText = [];
    private readonly List<LimitKey> _all = [];

    public LimitKey[] ToArray() => [.. _all];

    /// <summary>The descriptor of a text like `header:x-tenant`; null with an error.</summary>
    /// <param name="text">As written.</param>
    /// <param name="place">Where.</param>
    /// <param name="findings">Takes the error.</param>
    /// <param name="prefix">Begins its message.</param>
    public LimitKey? Find(string text, BundleNode place, BundleFindings findings, string prefix)
    {
        if (DescriptorText.Parse(text) is not var (kind, name, canonical))
        {
            findings.Error(place, $"{prefix}invalid limit_key format: {BundleFindings.Shown(text)}");
            return null;
        }

        if (_byText.TryGetValue(canonical, out LimitKey? key)) return key;
        if (_all.Count == MaxDescriptors)
        {
            findings.Error(place, $"{prefix}more than {MaxDescriptors} different descriptors in one bundle");
            return null;
        }

        key = new LimitKey(kind, name, canonical, _all.Count);
        _all.Add(key);
        _byText.Add(canonical, key);
        return key;
    }
}
