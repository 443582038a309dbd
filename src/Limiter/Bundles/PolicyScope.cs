using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>What the parts of one policy share while it is compiled.</summary>
/// <param name="findings">Takes errors and lints.</param>
/// <param name="descriptors">Those of the bundle.</param>
/// <param name="instanceShare">The N of 1/N.</param>
internal sealed class PolicyScope(BundleFindings findings, DescriptorTable descriptors, int instanceShare)
{
    private readonly HashSet<int> _seen = [];
    private readonly List<LimitKey> _descriptors = [];

    public BundleFindings Findings => findings;

    /// <summary>Every rate, burst, budget and concurrency limit is divided by this.</summary>
    public int InstanceShare => instanceShare;

    public LimitKey[] Descriptors => [.. _descriptors];

    /// <summary>As <see cref="DescriptorTable.Find"/>; the policy is known to look at it from now on.</summary>
    public LimitKey? Descriptor(string text, BundleNode place, string prefix)
    {
        LimitKey? key = descriptors.Find(text, place, findings, prefix);
        if (key is not null && _seen.Add(key.Index)) _descriptors.Add(key);
        return key;
    }
}
